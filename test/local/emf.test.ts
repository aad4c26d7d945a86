import { describe, expect, it } from "vitest";
import { embeddedMetrics } from "../../lambdas/shared/embedded-metrics.ts";
import { type EmbeddedPoints, readEmbeddedMetrics } from "../../lib/local/emf.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00.500Z");
const SECOND_MS = Date.parse("2026-11-22T10:00:00Z");

const DIRECTIVE = { Namespace: "Sluice", Dimensions: [["stage"]], Metrics: [{ Name: "JobsDead", Unit: "Count" }] };

const line = (root: object, directive: object = {}, metadata: object = {}): string => {
  const CloudWatchMetrics = [{ ...DIRECTIVE, ...directive }];
  return JSON.stringify({ _aws: { Timestamp: NOW_MS, CloudWatchMetrics, ...metadata }, stage: "dev", ...root });
};

const read = (text: string): EmbeddedPoints | undefined => readEmbeddedMetrics(text, NOW_MS);

describe("readEmbeddedMetrics", () => {
  it("reads what the functions print", () => {
    const printed = embeddedMetrics({
      namespace: "Sluice",
      dimensions: { stage: "dev", jobType: "echo" },
      metrics: { JobsDead: { value: 2, unit: "Count" }, Paused: { value: 0, unit: "None" } },
      nowMs: NOW_MS,
    });

    const dimensions = { stage: "dev", jobType: "echo" };
    expect(read(printed)).toEqual({
      problems: [],
      points: [
        expect.objectContaining({
          namespace: "Sluice",
          metric: "JobsDead",
          dimensions,
          atMs: SECOND_MS,
          sum: 2,
          count: 1,
        }),
        expect.objectContaining({ namespace: "Sluice", metric: "Paused", dimensions, sum: 0, count: 1 }),
      ],
    });
  });

  it("makes a metric for each set of dimensions, the empty one too", () => {
    const found = read(line({ JobsDead: 1, jobType: "echo" }, { Dimensions: [["stage", "jobType"], ["stage"], []] }));

    expect(found?.points.map(({ dimensions }) => dimensions)).toEqual([
      { stage: "dev", jobType: "echo" },
      { stage: "dev" },
      {},
    ]);
  });

  it("takes each value of a list", () => {
    const found = read(line({ JobsDead: [5, 1, 5] }));

    expect(found?.points).toEqual([
      expect.objectContaining({
        sum: 11,
        count: 3,
        minimum: 1,
        maximum: 5,
        values: [
          [5, 2],
          [1, 1],
        ],
      }),
    ]);
  });

  it("reads several directives of one line, and ignores members that it does not know", () => {
    const CloudWatchMetrics = [DIRECTIVE, { ...DIRECTIVE, Namespace: "Other", Colour: "blue" }];
    const found = read(line({ JobsDead: 1, more: { deep: true } }, {}, { CloudWatchMetrics }));

    expect(found?.points.map(({ namespace }) => namespace)).toEqual(["Sluice", "Other"]);
  });

  it.each([
    { what: "a line in words", text: "wrote hello" },
    { what: "JSON without metrics", text: '{"level":"info","message":"no _aws here"}' },
    { what: "a line that only speaks of the format", text: 'set "_aws" and "CloudWatchMetrics"' },
    { what: "a cut line", text: line({ JobsDead: 1 }).slice(0, -2) },
  ])("finds nothing in $what", ({ text }) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([
    { what: "no namespace", text: line({ JobsDead: 1 }, { Namespace: "" }), problem: "Namespace must be a text" },
    {
      what: "a value that is no number",
      text: line({ JobsDead: "1" }),
      problem: "metric JobsDead must be a number, or a list of at most 100",
    },
    {
      what: "a list with something else in it",
      text: line({ JobsDead: [1, null] }),
      problem: "metric JobsDead must be a number, or a list of at most 100",
    },
    { what: "a missing value", text: line({}), problem: "metric JobsDead must be a number, or a list of at most 100" },
    {
      what: "a dimension without a text",
      text: line({ JobsDead: 1, stage: 3 }),
      problem: "dimension stage must be a text",
    },
    {
      what: "dimensions that are no list of lists",
      text: line({ JobsDead: 1 }, { Dimensions: ["stage"] }),
      problem: "Dimensions must be lists of at most 30 names",
    },
    {
      what: "a dimension whose name is no text",
      text: line({ JobsDead: 1 }, { Dimensions: [[{ toString: 1 }]] }),
      problem: "Dimensions must be lists of names",
    },
    {
      what: "no time",
      text: line({ JobsDead: 1 }, {}, { Timestamp: "now" }),
      problem: "_aws.Timestamp must be a number of milliseconds",
    },
    {
      what: "a time of last month",
      text: line({ JobsDead: 1 }, {}, { Timestamp: NOW_MS - 30 * 86_400_000 }),
      problem: "_aws.Timestamp must be within the last 14 days, or the next 2 hours",
    },
    { what: "metrics that are no list", text: line({}, { Metrics: "JobsDead" }), problem: "Metrics must be a list" },
  ])("ignores $what, and says so", ({ text, problem }) => {
    expect(read(text)).toEqual({ points: [], problems: [problem] });
  });

  it("takes the good metrics of a line beside a bad one", () => {
    const found = read(line({ JobsDead: 1, Limit: "?" }, { Metrics: [{ Name: "Limit" }, { Name: "JobsDead" }] }));

    expect(found?.points.map(({ metric }) => metric)).toEqual(["JobsDead"]);
    expect(found?.problems).toHaveLength(1);
  });
});
