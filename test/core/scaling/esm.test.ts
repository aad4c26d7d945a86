import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EsmObservation,
  type EsmSettings,
  type EsmState,
  invocationsAllowed,
  startEsm,
  stepEsm,
} from "../../../lib/core/scaling/esm.ts";

const MINUTE_MS = 60_000;

const nothing: EsmObservation = {
  elapsedMs: MINUTE_MS,
  batchesFound: 0,
  peakInFlight: 0,
  failedInvocations: 0,
  throttledInvocations: 0,
};

/** More invocations than any mapping allows. */
const ALL = 100_000;

const busy = (elapsedMs: number): EsmObservation => ({ ...nothing, elapsedMs, batchesFound: 1, peakInFlight: ALL });

const quiet = (elapsedMs: number): EsmObservation => ({ ...nothing, elapsedMs });

const stateAfter = (settings: EsmSettings, ...observations: readonly EsmObservation[]): EsmState =>
  observations.reduce((state, seen) => stepEsm(settings, state, seen), startEsm(settings));

describe("a standard mapping", () => {
  it.each([
    { settings: {}, allowed: 5 },
    { settings: { maximumConcurrency: 2 }, allowed: 2 },
    { settings: { maximumConcurrency: 1_000 }, allowed: 5 },
    { settings: { provisioned: { minimumPollers: 2, maximumPollers: 20 } }, allowed: 20 },
  ])("starts with $allowed invocations under $settings", ({ settings, allowed }) => {
    expect(invocationsAllowed(startEsm(settings))).toBe(allowed);
  });

  it.each([
    { minutes: 1, allowed: 305 },
    { minutes: 2, allowed: 605 },
    { minutes: 4, allowed: 1_205 },
    { minutes: 5, allowed: 1_250 },
    { minutes: 60, allowed: 1_250 },
  ])("allows $allowed invocations after $minutes minutes of a full queue", ({ minutes, allowed }) => {
    expect(invocationsAllowed(stateAfter({}, busy(minutes * MINUTE_MS)))).toBe(allowed);
  });

  it.each([
    { settings: { maximumConcurrency: 40 }, allowed: 40 },
    { settings: { maximumConcurrency: 200 }, allowed: 200 },
    { settings: { provisioned: { minimumPollers: 2, maximumPollers: 20 } }, allowed: 200 },
  ])("never allows more than $allowed invocations under $settings", ({ settings, allowed }) => {
    expect(invocationsAllowed(stateAfter(settings, busy(60 * MINUTE_MS)))).toBe(allowed);
  });

  it("grows by 1,000 a minute with provisioned pollers", () => {
    const settings = { provisioned: { minimumPollers: 2, maximumPollers: 200 } };

    expect(invocationsAllowed(stateAfter(settings, busy(MINUTE_MS)))).toBe(1_020);
  });

  it("holds when polls find messages but not all invocations are needed", () => {
    const grown = stateAfter({}, busy(10_000));

    const held = stepEsm({}, grown, { ...busy(MINUTE_MS), peakInFlight: 7 });

    expect(held.concurrency).toBe(grown.concurrency);
  });

  it("goes on growing while long invocations leave nobody to poll", () => {
    const grown = stateAfter({}, busy(1_000));

    const later = stepEsm({}, grown, { ...nothing, elapsedMs: 1_000, peakInFlight: invocationsAllowed(grown) });

    expect(later.concurrency).toBe(grown.concurrency + 5);
  });

  it("holds when all invocations are busy with the last messages of the queue", () => {
    const lastFound = stateAfter({}, busy(1_000), { ...nothing, elapsedMs: 200, peakInFlight: 5 });

    const held = stepEsm({}, { ...lastFound, concurrency: 5 }, { ...nothing, peakInFlight: 5 });

    expect(invocationsAllowed(held)).toBe(5);
  });

  it("falls to 5 invocations when polls come back empty, and to 2 after a minute without any message", () => {
    const grown = stateAfter({}, busy(30_000));

    const calm = stepEsm({}, grown, quiet(MINUTE_MS));
    const idle = stepEsm({}, calm, quiet(MINUTE_MS));

    expect([grown, calm, idle].map(invocationsAllowed)).toEqual([155, 5, 2]);
  });

  it("keeps 5 invocations in quiet when a limit is set", () => {
    expect(invocationsAllowed(stateAfter({ maximumConcurrency: 40 }, quiet(60 * MINUTE_MS)))).toBe(5);
  });

  it("keeps all provisioned pollers in quiet", () => {
    const settings = { provisioned: { minimumPollers: 3, maximumPollers: 20 } };

    expect(invocationsAllowed(stateAfter(settings, quiet(60 * MINUTE_MS)))).toBe(30);
  });

  it("wakes to 5 invocations with the first message after quiet", () => {
    const idle = stateAfter({}, quiet(5 * MINUTE_MS));

    const awake = stepEsm({}, idle, { ...nothing, elapsedMs: 200, batchesFound: 1, peakInFlight: 1 });

    expect(invocationsAllowed(awake)).toBe(5);
  });

  it.each([
    { failed: 1, throttled: 0, left: 0.97 },
    { failed: 0, throttled: 1, left: 0.97 },
    { failed: 10, throttled: 10, left: 0.97 ** 20 },
  ])("keeps $left of its invocations after $failed failed and $throttled throttled ones", (given) => {
    const grown = stateAfter({}, busy(10 * MINUTE_MS));

    const cut = stepEsm({}, grown, {
      ...busy(200),
      failedInvocations: given.failed,
      throttledInvocations: given.throttled,
    });

    expect(cut.concurrency).toBeCloseTo(1_250 * given.left, 6);
  });

  it("keeps 2 invocations however many fail", () => {
    expect(invocationsAllowed(stateAfter({}, { ...busy(200), failedInvocations: 10_000 }))).toBe(2);
  });
});

describe("a mapping whose settings change", () => {
  const grown = stateAfter({}, busy(MINUTE_MS));

  it("comes down to a new limit at once, and stays there while the queue is full", () => {
    const limited = stepEsm({ maximumConcurrency: 20 }, grown, busy(200));

    expect([grown, limited].map(invocationsAllowed)).toEqual([305, 20]);
    expect(invocationsAllowed(stepEsm({ maximumConcurrency: 20 }, limited, busy(MINUTE_MS)))).toBe(20);
  });

  it("comes down to a new limit in quiet and under failures too", () => {
    const failing = { ...busy(200), failedInvocations: 1 };

    expect(invocationsAllowed(stepEsm({ maximumConcurrency: 20 }, grown, quiet(200)))).toBe(19);
    expect(invocationsAllowed(stepEsm({ maximumConcurrency: 20 }, grown, failing))).toBe(19);
  });

  it("grows from where it is when a limit is raised or removed", () => {
    const limited = stateAfter({ maximumConcurrency: 20 }, busy(MINUTE_MS));

    expect(invocationsAllowed(stepEsm({ maximumConcurrency: 200 }, limited, busy(6_000)))).toBe(50);
    expect(invocationsAllowed(stepEsm({}, limited, busy(MINUTE_MS)))).toBe(320);
  });

  it("has all pollers that are provisioned at once", () => {
    const provisioned = { minimumPollers: 10, maximumPollers: 20 };

    expect(invocationsAllowed(stepEsm({ provisioned }, startEsm({}), quiet(200)))).toBe(100);
  });
});

const anySettings: fc.Arbitrary<EsmSettings> = fc.oneof(
  fc.constant({}),
  fc.record({ maximumConcurrency: fc.integer({ min: 2, max: 1_000 }) }),
  fc
    .record({ minimumPollers: fc.integer({ min: 2, max: 200 }), more: fc.integer({ min: 0, max: 1_800 }) })
    .map(({ minimumPollers, more }) => ({ provisioned: { minimumPollers, maximumPollers: minimumPollers + more } })),
);

const anyObservation: fc.Arbitrary<EsmObservation> = fc.record({
  elapsedMs: fc.integer({ min: 1, max: 5 * MINUTE_MS }),
  batchesFound: fc.nat({ max: 20 }),
  peakInFlight: fc.oneof(fc.nat({ max: 50 }), fc.constant(ALL)),
  failedInvocations: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
  throttledInvocations: fc.constant(0),
});

const ceilingOf = ({ maximumConcurrency, provisioned }: EsmSettings): number =>
  provisioned === undefined ? (maximumConcurrency ?? 1_250) : provisioned.maximumPollers * 10;

const floorOf = ({ provisioned }: EsmSettings): number =>
  provisioned === undefined ? 2 : provisioned.minimumPollers * 10;

describe("any mapping", () => {
  it("stays between its floor and its ceiling, whatever happens", () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyObservation, { maxLength: 50 }), (settings, observations) => {
        const allowed = invocationsAllowed(stateAfter(settings, ...observations));

        expect(allowed).toBeGreaterThanOrEqual(floorOf(settings));
        expect(allowed).toBeLessThanOrEqual(ceilingOf(settings));
      }),
    );
  });

  it("is between its new floor and ceiling after one step under other settings", () => {
    const anyPast = fc.array(fc.tuple(anySettings, anyObservation), { maxLength: 20 });
    fc.assert(
      fc.property(anySettings, anyPast, anySettings, anyObservation, (first, past, last, seen) => {
        const state = past.reduce((before, [settings, then]) => stepEsm(settings, before, then), startEsm(first));

        const allowed = invocationsAllowed(stepEsm(last, state, seen));

        expect(allowed).toBeGreaterThanOrEqual(floorOf(last));
        expect(allowed).toBeLessThanOrEqual(ceilingOf(last));
      }),
    );
  });

  it("never grows on failures, and never shrinks while all is busy and found", () => {
    fc.assert(
      fc.property(
        anySettings,
        fc.array(anyObservation, { maxLength: 20 }),
        anyObservation,
        (settings, before, seen) => {
          const state = stateAfter(settings, ...before);

          const failed = stepEsm(settings, state, { ...seen, failedInvocations: 1 });
          const full = stepEsm(settings, state, { ...busy(seen.elapsedMs) });

          expect(failed.concurrency).toBeLessThanOrEqual(state.concurrency);
          expect(full.concurrency).toBeGreaterThanOrEqual(state.concurrency);
        },
      ),
    );
  });

  it("comes to the same in one long step as in short ones", () => {
    const steady = fc.constantFrom(busy(0), quiet(0), { ...nothing, peakInFlight: ALL });
    const parts = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        anySettings,
        fc.array(anyObservation, { maxLength: 10 }),
        steady,
        parts,
        (settings, before, seen, durations) => {
          const state = stateAfter(settings, ...before);
          const totalMs = durations.reduce((sum, duration) => sum + duration, 0);

          const atOnce = stepEsm(settings, state, { ...seen, elapsedMs: totalMs });
          const stepped = durations.reduce(
            (current, elapsedMs) => stepEsm(settings, current, { ...seen, elapsedMs }),
            state,
          );

          expect(stepped.concurrency).toBeCloseTo(atOnce.concurrency, 6);
          expect(stepped.quietMs).toBe(atOnce.quietMs);
        },
      ),
    );
  });

  it("returns in quiet to where it starts or below", () => {
    fc.assert(
      fc.property(anySettings, fc.array(anyObservation, { maxLength: 20 }), (settings, before) => {
        const state = stepEsm(settings, stateAfter(settings, ...before), quiet(60 * MINUTE_MS));

        expect(state.concurrency).toBeLessThanOrEqual(startEsm(settings).concurrency);
      }),
    );
  });
});
