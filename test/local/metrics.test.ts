import { describe, expect, it } from "vitest";
import { pointOf, pointOfValues } from "../../lib/local/metric-point.ts";
import type { Statistic } from "../../lib/local/metric-statistics.ts";
import { type MetricQuery, MetricStore } from "../../lib/local/metrics.ts";

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

  it("gives percentiles of many values of one second, within 1 %", () => {
    const store = new MetricStore(KEPT_MS);
    const values = Array.from({ length: 1_000 }, (_, place) => [place + 1, 1] as const);
    const point = pointOfValues("N", "M", {}, START_MS, values);
    store.add(point === undefined ? [] : [point]);
    const percentile = (statistic: Statistic): number | undefined =>
      store.query(query({ namespace: "N", metric: "M", dimensions: {}, statistic }))[0]?.value;

    expect(percentile("p50")).toBeGreaterThan(495);
    expect(percentile("p50")).toBeLessThan(505);
    expect(percentile("p99")).toBeGreaterThan(980);
    expect(percentile("p99")).toBeLessThan(1_000);
    expect(percentile("p99.9")).toBeGreaterThan(percentile("p99") ?? 0);
    expect(percentile("p100")).toBe(1_000);
  });

  it("gives exact percentiles of few values, over the seconds of a period", () => {
    const store = fill({ 0: 1, 1: 8, 2: 3, 3: 4 });

    expect(store.query(query({ statistic: "p50" }))).toEqual([{ atMs: START_MS, value: 3 }]);
    expect(store.query(query({ statistic: "p90" }))).toEqual([{ atMs: START_MS, value: 8 }]);
  });

  it("gives no percentile where only sums are known", () => {
    const store = fill({ 0: 1 });
    const sums = { sum: 10, count: 4, minimum: 1, maximum: 4 };
    store.add([{ ...pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, START_MS + 1_000, 0), ...sums }]);

    expect(store.query(query({ statistic: "p99" }))).toEqual([]);
    expect(store.query(query({ statistic: "Sum" }))).toEqual([{ atMs: START_MS, value: 11 }]);
  });

  it("merges points of one second, and puts late ones in their place", () => {
    const store = fill({ 60: 1 });
    store.add([
      pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, START_MS + 60_000, 3),
      pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, START_MS, 5),
    ]);

    expect(store.query(query())).toEqual([
      { atMs: START_MS, value: 5 },
      { atMs: START_MS + MINUTE_MS, value: 4 },
    ]);
    expect(store.query(query({ statistic: "SampleCount" })).map(({ value }) => value)).toEqual([1, 2]);
  });

  it("begins periods where it is asked to", () => {
    const store = fill({ 30: 1, 80: 2, 100: 4 });

    const series = store.query(query({ startMs: START_MS + 30_000, originMs: START_MS + 30_000 }));

    expect(series).toEqual([
      { atMs: START_MS + 30_000, value: 3 },
      { atMs: START_MS + 90_000, value: 4 },
    ]);
  });

  it("keeps minutes when it no longer keeps seconds", () => {
    const store = fill({ 1: 1, 2: 2, [KEPT_MS / 1_000 + 60]: 4 });

    const seconds = store.query(query({ periodSeconds: 1, endMs: START_MS + 2 * KEPT_MS }));
    const minutes = store.query(query({ endMs: START_MS + 2 * KEPT_MS }));

    expect(seconds.map(({ value }) => value)).toEqual([3, 4]);
    expect(minutes.map(({ value }) => value)).toEqual([3, 4]);
  });

  it("forgets what is older than a day", () => {
    const store = fill({ 0: 1, [86_400 + KEPT_MS / 1_000]: 2 });

    const series = store.query(query({ startMs: 0, endMs: START_MS + 2 * 86_400_000 }));

    expect(series.map(({ value }) => value)).toEqual([2]);
  });

  it("lists what it has", () => {
    const store = fill({ 0: 1, 1: 1 });

    expect(store.list()).toEqual([{ namespace: "AWS/Lambda", metric: "Errors", dimensions: { FunctionName: "f" } }]);
  });
});
