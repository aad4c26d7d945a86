import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IdleScaler, idleScalerCost, idleScalerUse, sumOf } from "../../../lib/core/cost/idle-scaler.ts";

/** A stage with the two job types that come with the project, as it is deployed. */
const SHIPPED: IdleScaler = { jobTypes: 2, memoryMiB: 256, lookMs: 400, stateKiB: 2, logRetentionDays: 30 };

describe("an idle scaler of two job types", () => {
  it("costs less than 20 cents a month, with nothing free", () => {
    expect(sumOf(idleScalerCost(SHIPPED))).toBeLessThan(0.2);
  });

  it("costs less than 15 cents where EventBridge Scheduler's free invocations are left", () => {
    const { scheduler, ...rest } = idleScalerCost(SHIPPED);

    expect(sumOf({ ...rest, scheduler: 0 })).toBeLessThan(0.15);
    expect(idleScalerUse(SHIPPED).looks).toBeLessThan(14_000_000);
    expect(scheduler).toBeGreaterThan(0);
  });

  it("costs what AWS's prices say, by hand", () => {
    const cost = idleScalerCost(SHIPPED);

    // 43,800 minutes; 0.4 s of a quarter of a GiB; two queues; 8,760 writes of 2 + 1 + 1 units; 35 MB of log.
    expect(cost.scheduler).toBeCloseTo(0.0438, 6);
    expect(cost.lambdaRequests).toBeCloseTo(0.00876, 6);
    expect(cost.lambdaTime).toBeCloseTo(4_380 * 0.0000133334, 6);
    expect(cost.queueReads).toBeCloseTo(0.03504, 6);
    expect(cost.tableReads).toBeCloseTo(0.005475, 6);
    expect(cost.tableWrites).toBeCloseTo(0.0219, 6);
    expect(cost.logs).toBeCloseTo(0.03504 * 0.53, 6);
  });
});

describe("the cost of an idle scaler", () => {
  const scaler = fc.record({
    jobTypes: fc.integer({ min: 1, max: 50 }),
    memoryMiB: fc.constantFrom(128, 256, 512, 1_024),
    lookMs: fc.integer({ min: 50, max: 5_000 }),
    stateKiB: fc.integer({ min: 1, max: 100 }),
    logRetentionDays: fc.constantFrom(1, 30, 365),
  });

  it("never falls where anything of it grows", () => {
    fc.assert(
      fc.property(
        scaler,
        fc.constantFrom<keyof IdleScaler>("jobTypes", "memoryMiB", "lookMs", "stateKiB"),
        (less, by) => {
          const more = { ...less, [by]: less[by] * 2 };
          expect(sumOf(idleScalerCost(more))).toBeGreaterThan(sumOf(idleScalerCost(less)));
        },
      ),
    );
  });

  it("grows with each job type by no more than its queue's reads", () => {
    fc.assert(
      fc.property(scaler, (one) => {
        const more = { ...one, jobTypes: one.jobTypes + 1 };
        expect(sumOf(idleScalerCost(more)) - sumOf(idleScalerCost(one))).toBeCloseTo(0.01752, 6);
      }),
    );
  });
});
