import { describe, expect, it } from "vitest";
import { measuredHttpApi } from "../../lib/local/api-metrics.ts";
import type { LocalEventBody } from "../../lib/local/events.ts";
import { RunMetrics } from "../../lib/local/run-metrics.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00Z");

describe("RunMetrics", () => {
  it("tells requests of the HTTP API by its id, and by its stage", () => {
    const metrics = new RunMetrics([], measuredHttpApi("abc"), () => undefined);
    metrics.answered({ status: 202, latencyMs: 20, integrationMs: 15 });
    metrics.answered({ status: 404, latencyMs: 1, integrationMs: undefined });
    metrics.answered({ status: 503, latencyMs: 60, integrationMs: 50 });

    const points = metrics.take(NOW_MS).filter(({ namespace }) => namespace === "AWS/ApiGateway");
    const ofApi = points.filter(({ dimensions }) => dimensions.Stage === undefined);
    expect(Object.fromEntries(ofApi.map(({ metric, sum, count }) => [metric, { sum, count }]))).toEqual({
      Count: { sum: 3, count: 3 },
      "4xx": { sum: 1, count: 3 },
      "5xx": { sum: 1, count: 3 },
      Latency: { sum: 81, count: 3 },
      IntegrationLatency: { sum: 65, count: 2 },
    });
    expect(
      points.filter(({ dimensions }) => dimensions.ApiId === "abc" && dimensions.Stage === "$default"),
    ).toHaveLength(5);
    expect(metrics.take(NOW_MS).filter(({ namespace }) => namespace === "AWS/ApiGateway")).toEqual([]);
  });

  it("takes what functions print as metrics, and names each reason to ignore some once", () => {
    const events: LocalEventBody[] = [];
    const metrics = new RunMetrics(["worker"], undefined, (event) => events.push(event));
    const print = (value: unknown): void => {
      const CloudWatchMetrics = [{ Namespace: "Sluice", Dimensions: [[]], Metrics: [{ Name: "JobsDead" }] }];
      const text = JSON.stringify({ _aws: { Timestamp: NOW_MS, CloudWatchMetrics }, JobsDead: value });
      metrics.hear({ functionName: "worker", stream: "stdout", text }, NOW_MS);
    };
    print(3);
    print("many");
    print("more");

    const printed = metrics.take(NOW_MS).filter(({ namespace }) => namespace === "Sluice");
    expect(printed).toEqual([expect.objectContaining({ metric: "JobsDead", sum: 3 })]);
    expect(events).toEqual([
      {
        kind: "metrics-ignored",
        functionName: "worker",
        reason: "metric JobsDead must be a number, or a list of at most 100",
      },
    ]);
  });
});
