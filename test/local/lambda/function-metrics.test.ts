import { describe, expect, it } from "vitest";
import { FunctionMetrics } from "../../../lib/local/lambda/function-metrics.ts";
import type { MetricPoint } from "../../../lib/local/metric-point.ts";

const NOW_MS = 1_000_000;

const named = (points: readonly MetricPoint[]): Readonly<Record<string, MetricPoint>> =>
  Object.fromEntries(points.map((point) => [point.metric, point]));

describe("FunctionMetrics", () => {
  it("tells of invocations, errors among them, and how long they took", () => {
    const metrics = new FunctionMetrics("worker");
    metrics.invoked({ durationMs: 10, isError: false });
    metrics.invoked({ durationMs: 30, isError: true });

    expect(named(metrics.take(NOW_MS))).toMatchObject({
      Invocations: { namespace: "AWS/Lambda", dimensions: { FunctionName: "worker" }, sum: 2, count: 2 },
      Errors: { sum: 1, count: 2, minimum: 0, maximum: 1 },
      Throttles: { sum: 0, count: 2 },
      Duration: { sum: 40, count: 2, minimum: 10, maximum: 30 },
    });
  });

  it("tells errors of an invocation without any, and nothing but concurrency of none", () => {
    const metrics = new FunctionMetrics("worker");
    metrics.invoked({ durationMs: 10, isError: false });
    expect(named(metrics.take(NOW_MS)).Errors).toMatchObject({ sum: 0, count: 1 });

    expect(metrics.take(NOW_MS).map(({ metric }) => metric)).toEqual(["ConcurrentExecutions"]);
  });

  it("tells the most that ran at once since it was last asked", () => {
    const metrics = new FunctionMetrics("worker");
    for (const running of [1, 2, 3, 2]) metrics.setRunning(running);

    expect(named(metrics.take(NOW_MS)).ConcurrentExecutions?.maximum).toBe(3);
    expect(named(metrics.take(NOW_MS)).ConcurrentExecutions?.maximum).toBe(2);
  });

  it("adds up all functions of the account", () => {
    const account = new FunctionMetrics(undefined);
    const [api, worker] = [new FunctionMetrics("api", account), new FunctionMetrics("worker", account)];
    api.setRunning(1);
    worker.setRunning(2);
    api.setRunning(0);
    worker.setRunning(3);
    api.invoked({ durationMs: 5, isError: false });
    worker.throttled();

    expect(named(account.take(NOW_MS))).toMatchObject({
      ConcurrentExecutions: { dimensions: {}, maximum: 3 },
      Invocations: { sum: 1 },
      Throttles: { sum: 1 },
    });
  });
});
