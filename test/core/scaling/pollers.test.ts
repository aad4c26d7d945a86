import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Demand } from "../../../lib/core/scaling/demand.ts";
import { type PollerMemory, type PollerPlan, sizePollers } from "../../../lib/core/scaling/pollers.ts";
import { boundsOf, START_MS } from "../../support/queue-input.ts";

const STAGE = { min: 2, max: 20 };
const BOUNDS = boundsOf({ provisioned: STAGE, parallel: 5, batchSize: 10, targetWaitSeconds: 60 });
const FIVE_MINUTES_MS = 300_000;

const demandOf = (given: Partial<Demand> = {}): Demand => ({
  waiting: 0,
  workSeconds: 0,
  wanted: 0,
  wantedLately: 0,
  serviceSeconds: 2,
  arrivalsPerSecond: 0,
  ...given,
});

const planAt = (nowMs: number, given: Partial<Demand>, memory?: PollerMemory): PollerPlan =>
  sizePollers(nowMs, BOUNDS, STAGE, demandOf(given), memory);

describe("provisioned pollers", () => {
  it("are as the stage says while these are enough, and nothing is remembered", () => {
    expect(planAt(START_MS, { arrivalsPerSecond: 40 })).toEqual({
      pollers: STAGE,
      reason: "2 to 20 pollers, as the stage says",
      memory: undefined,
    });
  });

  it("rise at once to what keeps up with arrivals and works off the backlog within the target wait", () => {
    // (100 + 6,000 ÷ 60) jobs a second × 2 s ÷ 5 at once = 80 invocations, ten for each poller.
    const { pollers, reason } = planAt(START_MS, { arrivalsPerSecond: 100, waiting: 6_000 });

    expect(pollers).toEqual({ min: 8, max: 20 });
    expect(reason).toBe(
      "at least 8 of 20 pollers: 6000 waiting, 100 a second arriving and 2 s a job need 80 invocations for a wait of 60 s; " +
        "the minimum falls 5 minutes after the need",
    );
  });

  it("stay within the stage's bounds, and say what is needed beyond them", () => {
    const { pollers, reason } = planAt(START_MS, { waiting: 1_000_000 });

    expect(pollers).toEqual({ min: 20, max: 20 });
    expect(reason).toContain("need 6667 invocations for a wait of 60 s");
  });

  it("fall after five minutes to the most that was needed in them", () => {
    const high = planAt(START_MS, { arrivalsPerSecond: 250 });
    const soon = planAt(START_MS + 60_000, { arrivalsPerSecond: 100 }, high.memory);
    const before = planAt(START_MS + FIVE_MINUTES_MS - 1, { arrivalsPerSecond: 50 }, soon.memory);
    const after = planAt(START_MS + FIVE_MINUTES_MS, { arrivalsPerSecond: 50 }, soon.memory);

    expect([high, soon, before, after].map(({ pollers }) => pollers.min)).toEqual([10, 10, 10, 4]);
  });

  it("do not fall for a difference of less than a fifth", () => {
    const high = planAt(START_MS, { arrivalsPerSecond: 250 });
    const after = planAt(START_MS + FIVE_MINUTES_MS, { arrivalsPerSecond: 220 }, high.memory);

    expect(after.pollers.min).toBe(10);
  });

  it("return to the stage's minimum once the queue is idle", () => {
    const high = planAt(START_MS, { arrivalsPerSecond: 250 });
    const after = planAt(START_MS + FIVE_MINUTES_MS, {}, high.memory);

    expect(after.pollers).toEqual(STAGE);
    expect(after.memory).toBeUndefined();
  });

  it("come within new bounds that a deployment brought", () => {
    const { memory } = planAt(START_MS, { arrivalsPerSecond: 250 });
    const { pollers } = sizePollers(START_MS, BOUNDS, { min: 2, max: 5 }, demandOf(), memory);

    expect(pollers).toEqual({ min: 5, max: 5 });
  });

  it("are no fewer for a longer backlog, and always within the stage's bounds", () => {
    const count = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 0, max: 1_000 }), (one, other, arrivalsPerSecond) => {
        const less = planAt(START_MS, { waiting: Math.min(one, other), arrivalsPerSecond }).pollers;
        const more = planAt(START_MS, { waiting: Math.max(one, other), arrivalsPerSecond }).pollers;

        expect(more.min).toBeGreaterThanOrEqual(less.min);
        expect(less.min).toBeGreaterThanOrEqual(STAGE.min);
        expect(more.min).toBeLessThanOrEqual(STAGE.max);
      }),
      { numRuns: 100 },
    );
  });
});
