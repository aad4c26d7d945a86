import { describe, expect, it } from "vitest";
import { embeddedMetrics } from "../../../lambdas/shared/embedded-metrics.ts";

describe("a line of metrics", () => {
  const line = embeddedMetrics({
    namespace: "Sluice",
    dimensions: { stage: "prod", jobType: 'say "hi"\n' },
    metrics: { Limit: { value: 20, unit: "Count" }, Wait: { value: 0.5, unit: "Seconds" } },
    nowMs: 1_795_000_000_000,
  });

  it("is one line of JSON as CloudWatch's embedded metric format has it", () => {
    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({
      _aws: {
        Timestamp: 1_795_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "Sluice",
            Dimensions: [["stage", "jobType"]],
            Metrics: [
              { Name: "Limit", Unit: "Count" },
              { Name: "Wait", Unit: "Seconds" },
            ],
          },
        ],
      },
      stage: "prod",
      jobType: 'say "hi"\n',
      Limit: 20,
      Wait: 0.5,
    });
  });

  it("has a value at its root for each dimension and metric that it names", () => {
    const { _aws, ...root } = JSON.parse(line);
    const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics;

    const named = [...Dimensions.flat(), ...Metrics.map(({ Name }: { readonly Name: string }) => Name)];
    expect(named.toSorted()).toEqual(Object.keys(root).toSorted());
  });
});
