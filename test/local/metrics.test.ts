import { describe, expect, it } from "vitest";
import { type MetricQuery, MetricStore, pointOf, type Statistic } from "../../lib/local/metrics.ts";

const MINUTE_MS = 60_000;
const KEPT_MS = 10 * MINUTE_MS;
const START_MS = 100 * MINUTE_MS;

const fill = (values: Readonly<Record<number, number>>): MetricStore => {
  const store = new MetricStore(KEPT_MS);
  for (const [second, value] of Object.entries(values)) {
    store.add([pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, START_MS + Number(second) * 1_000, value)]);
  }
  return store;
};

const query = (more: Partial<MetricQuery> = {}): MetricQuery => ({
  namespace: "AWS/Lambda",
  metric: "Errors",
  dimensions: { FunctionName: "f" },
  statistic: "Sum",
  periodSeconds: 60,
  startMs: START_MS,
  endMs: START_MS + KEPT_MS,
  ...more,
});

describe("MetricStore", () => {
  it.each<{ statistic: Statistic; value: number }>([
    { statistic: "Sum", value: 12 },
    { statistic: "Average", value: 4 },
    { statistic: "Minimum", value: 1 },
    { statistic: "Maximum", value: 8 },
    { statistic: "SampleCount", value: 3 },
  ])("gives the $statistic of a period", ({ statistic, value }) => {
    const store = fill({ 0: 1, 1: 8, 59: 3 });

    expect(store.query(query({ statistic }))).toEqual([{ atMs: START_MS, value }]);
  });

  it("gives a value for each period that has data, oldest first", () => {
    const store = fill({ 5: 1, 65: 2, 200: 3 });

    const series = store.query(query());

    expect(series).toEqual([
      { atMs: START_MS, value: 1 },
      { atMs: START_MS + MINUTE_MS, value: 2 },
      { atMs: START_MS + 3 * MINUTE_MS, value: 3 },
    ]);
  });

  it("takes in the whole period that the start falls in, and leaves out the end", () => {
    const store = fill({ 0: 1, 60: 2 });

    const series = store.query(query({ startMs: START_MS + 30_000, endMs: START_MS + MINUTE_MS }));

    expect(series).toEqual([{ atMs: START_MS, value: 1 }]);
  });

  it("knows periods of a second", () => {
    const store = fill({ 1: 1, 2: 2 });

    expect(store.query(query({ periodSeconds: 1 }))).toHaveLength(2);
  });

  it("tells dimensions apart, whatever their order", () => {
    const store = new MetricStore(KEPT_MS);
    store.add([pointOf("N", "M", { a: "1", b: "2" }, START_MS, 7), pointOf("N", "M", { a: "2", b: "1" }, START_MS, 9)]);

    const series = store.query(query({ namespace: "N", metric: "M", dimensions: { b: "2", a: "1" } }));

    expect(series).toEqual([{ atMs: START_MS, value: 7 }]);
  });

  it("forgets what is too old", () => {
    const store = fill({ 0: 1, [KEPT_MS / 1_000 + 60]: 2 });

    const series = store.query(query({ startMs: 0, endMs: START_MS + 2 * KEPT_MS }));

    expect(series.map(({ value }) => value)).toEqual([2]);
  });
});
