import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demandOf } from "../../../lib/core/scaling/demand.ts";
import type { QueueSeen } from "../../../lib/core/scaling/queue-scaling.ts";
import { boundsOf, queueOf, START_MS, windowsBefore } from "../../support/queue-input.ts";

const seenOf = (given: Partial<QueueSeen>): QueueSeen => queueOf(boundsOf(), given).seen;

/** Ten jobs every ten seconds, of two seconds each. */
const TWO_SECONDS = windowsBefore(START_MS, 6, { ok: 10, acceptedMs: 20_000 });

describe("a queue's demand", () => {
  it("is nothing while the queue is idle, and all that is remembered is how long its jobs run", () => {
    const { demand, memory } = demandOf(START_MS, boundsOf(), seenOf({}), { serviceSeconds: 3 });

    expect(demand).toMatchObject({ waiting: 0, wanted: 0, workSeconds: 0, serviceSeconds: 3 });
    expect(memory).toEqual({ serviceSeconds: 3 });
  });

  it("takes a second for each job as long as no attempt has ended, or its time limit where that is shorter", () => {
    const seen = seenOf({ visible: 100 });

    expect(demandOf(START_MS, boundsOf(), seen, undefined).demand.workSeconds).toBe(100);
    expect(demandOf(START_MS, boundsOf({ timeoutSeconds: 0.5 }), seen, undefined).demand.workSeconds).toBe(50);
  });

  it("is backlog × service time, for as many jobs as an invocation runs at once", () => {
    const seen = seenOf({ visible: 100, windows: TWO_SECONDS });

    expect(demandOf(START_MS, boundsOf(), seen, undefined).demand.workSeconds).toBe(200);
    expect(demandOf(START_MS, boundsOf({ parallel: 5, batchSize: 10 }), seen, undefined).demand.workSeconds).toBe(40);
    expect(demandOf(START_MS, boundsOf({ parallel: 5, batchSize: 2 }), seen, undefined).demand.workSeconds).toBe(100);
  });

  it("reads how long jobs run from the newest windows that hold enough attempts", () => {
    const before = windowsBefore(START_MS - 20_000, 6, { ok: 100, acceptedMs: 1_000_000 });
    const windows = [...before, ...windowsBefore(START_MS, 2, { ok: 50, acceptedMs: 25_000 })];

    expect(demandOf(START_MS, boundsOf(), seenOf({ windows }), undefined).demand.serviceSeconds).toBe(0.5);
  });

  it("does not take messages for running that are only hidden until their next attempt", () => {
    const seen = seenOf({ inFlight: 500, windows: TWO_SECONDS });

    expect(demandOf(START_MS, boundsOf(), seen, undefined).demand.wanted).toBe(2);
  });

  it("believes what is in flight while no attempt has ended", () => {
    expect(demandOf(START_MS, boundsOf(), seenOf({ inFlight: 40 }), undefined).demand.wanted).toBe(40);
  });

  it("wants no more than a mapping reaches before the backlog is gone", () => {
    const wantedFor = (visible: number) => demandOf(START_MS, boundsOf(), seenOf({ visible }), undefined).demand.wanted;

    expect(wantedFor(3)).toBe(3);
    // From 5, by 5 a second: 305 after a minute, in which it has worked for 9,300 s.
    expect(wantedFor(9_300)).toBeCloseTo(305, 6);
  });

  it("rises at once and falls slowly", () => {
    const first = demandOf(START_MS, boundsOf(), seenOf({ visible: 100 }), undefined);
    const later = START_MS + 10_000;
    const more = demandOf(later, boundsOf(), seenOf({ visible: 9_300 }), first.memory);
    const less = demandOf(later, boundsOf(), seenOf({ visible: 1 }), first.memory);

    expect(more.demand.wanted).toBeCloseTo(305, 6);
    expect(less.demand.wanted).toBeGreaterThan(first.demand.wanted * 0.7);
    expect(less.demand.wanted).toBeLessThan(first.demand.wanted);
    expect(less.demand.wantedLately).toBeGreaterThan(first.demand.wanted * 0.95);
  });

  it("tells arrivals from what was settled and from how the depth changed", () => {
    const windows = windowsBefore(START_MS, 6, { ok: 100, acceptedMs: 10_000 });
    const first = demandOf(START_MS, boundsOf(), seenOf({ visible: 100, windows }), undefined);
    const later = windowsBefore(START_MS + 60_000, 6, { ok: 100, acceptedMs: 10_000 });
    const steady = demandOf(START_MS + 60_000, boundsOf(), seenOf({ visible: 100, windows: later }), first.memory);
    const flooded = demandOf(START_MS + 60_000, boundsOf(), seenOf({ visible: 6_100, windows: later }), first.memory);

    expect(first.demand.arrivalsPerSecond).toBe(10);
    expect(steady.demand.arrivalsPerSecond).toBeCloseTo(10, 6);
    expect(flooded.demand.arrivalsPerSecond).toBeCloseTo(10 + 100 * (1 - Math.exp(-1)), 6);
  });

  it("says the same when it is asked twice at the same time, and while nothing changes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 60_000 }),
        (visible, inFlight, elapsedMs) => {
          const seen = seenOf({ visible, inFlight });
          const first = demandOf(START_MS, boundsOf(), seen, undefined);
          const again = demandOf(START_MS + elapsedMs, boundsOf(), seen, first.memory);

          expect(again.demand.wanted).toBeCloseTo(first.demand.wanted, 6);
          expect(again.demand.workSeconds).toBeCloseTo(first.demand.workSeconds, 6);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("grows with the backlog, and never passes the stage's ceiling", () => {
    const bounds = boundsOf({ ceiling: 40 });
    const count = fc.integer({ min: 0, max: 20_000 });
    fc.assert(
      fc.property(count, count, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const small = demandOf(START_MS, bounds, seenOf({ visible: less }), undefined).demand;
        const large = demandOf(START_MS, bounds, seenOf({ visible: more }), undefined).demand;

        expect(large.wanted).toBeGreaterThanOrEqual(small.wanted);
        expect(large.workSeconds).toBeGreaterThanOrEqual(small.workSeconds);
        expect(large.wanted).toBeLessThanOrEqual(40);
      }),
      { numRuns: 100 },
    );
  });
});
