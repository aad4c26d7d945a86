import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mappingChange } from "../../../lib/core/scaling/mapping-change.ts";
import { decide, type QueueInput, type QueueOutcome } from "../../../lib/core/scaling/policy.ts";
import type { ManualControl, QueueBounds, QueueSeen } from "../../../lib/core/scaling/queue-scaling.ts";
import type { SignalCounts } from "../../../lib/core/signals.ts";
import {
  boundsOf,
  decideOne,
  mappingOf,
  NEW_ACCOUNT,
  queueAfter,
  queueOf,
  ROOMY,
  START_MS,
  windowsBefore,
} from "../../support/queue-input.ts";

const TICK_MS = 10_000;
const CEILING_40 = boundsOf({ ceiling: 40 });
const PROVISIONED = boundsOf({ provisioned: { min: 2, max: 20 } });

/** A downstream that takes 20 jobs of a second at once, and refuses others. */
const REFUSING: Partial<SignalCounts> = { ok: 200, acceptedMs: 200_000, pressure: 50, refusedMs: 1_500 };
const CONTENT: Partial<SignalCounts> = { ok: 200, acceptedMs: 200_000 };
/** A downstream that is down. */
const DOWN: Partial<SignalCounts> = { pressure: 500, refusedMs: 15_000 };

type Step = { readonly counts?: Partial<SignalCounts>; readonly seen?: Partial<QueueSeen> };

type Run = { readonly queue: QueueInput; readonly outcome: QueueOutcome; readonly nowMs: number };

/** Looks every ten seconds, each time with one more window of signals; the mapping follows at once. */
const run = (bounds: QueueBounds, steps: readonly Step[], from?: Run): Run => {
  let queue = from?.queue ?? queueOf(bounds, { visible: 5_000 });
  let nowMs = from?.nowMs ?? START_MS;
  let outcome = from?.outcome ?? decideOne(queue, nowMs);
  for (const { counts, seen } of steps) {
    nowMs += TICK_MS;
    const windows = [...queue.seen.windows, ...(counts === undefined ? [] : windowsBefore(nowMs, 1, counts))];
    queue = queueAfter(queue, outcome, { windows, ...seen });
    outcome = decideOne(queue, nowMs);
  }
  return { queue: queueAfter(queue, outcome), outcome, nowMs };
};

const times = (count: number, step: Step): readonly Step[] => Array.from({ length: count }, () => step);

const LIMITED = run(CEILING_40, [...times(6, { counts: CONTENT }), ...times(3, { counts: REFUSING })]);
const PAUSED = run(CEILING_40, [...times(6, { counts: CONTENT }), ...times(3, { counts: DOWN })]);

const pausedByHand: ManualControl = { kind: "pause", sinceMs: START_MS };
const limitedByHand = (limit: number): ManualControl => ({ kind: "limit", limit, sinceMs: START_MS });

describe("a queue that nothing presses, in an account with room", () => {
  it.each([
    { name: "no limit", bounds: boundsOf(), limit: undefined, pollers: undefined },
    { name: "a ceiling", bounds: CEILING_40, limit: 40, pollers: undefined },
    { name: "pollers", bounds: PROVISIONED, limit: undefined, pollers: { min: 2, max: 20 } },
  ])("is as its stage says: $name", ({ bounds, limit, pollers }) => {
    for (const visible of [0, 10, 100]) {
      const queue = queueOf(bounds, { visible });
      const { decision } = decideOne(queue);

      expect(decision).toMatchObject({ mode: "open", limit, pollers, isEnabled: true, isManual: false });
      expect(decision).toMatchObject({ wantsProbe: false, needsCloseLook: false });
      expect(mappingChange(decision, queue.seen.mapping)).toBeUndefined();
    }
  });

  it("says so in words", () => {
    expect(decideOne(queueOf(boundsOf())).decision.reason).toBe("open: no pressure and no shortage");
    expect(decideOne(queueOf(CEILING_40, { visible: 12 })).decision.reason).toBe(
      "open to the stage's 40: no pressure and no shortage, 12 waiting",
    );
  });

  it("keeps the very same state while it is idle, so that nothing has to be written", () => {
    const first = decideOne(queueOf(CEILING_40));
    const next = decideOne(queueAfter(queueOf(CEILING_40), first), START_MS + 60_000);

    expect(JSON.stringify(next)).toBe(JSON.stringify(first));
  });

  it("is left alone however its backlog changes", () => {
    const visible = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.array(visible, { minLength: 1, maxLength: 12 }), (depths) => {
        const { outcome } = run(
          CEILING_40,
          depths.map((depth) => ({ counts: CONTENT, seen: { visible: depth } })),
        );

        expect(outcome.decision).toMatchObject({ mode: "open", limit: 40, needsCloseLook: false });
      }),
      { numRuns: 30 },
    );
  });

  it("is given more pollers at once when its backlog asks for them", () => {
    const { decision } = decideOne(queueOf(PROVISIONED, { visible: 6_000 }));

    expect(decision).toMatchObject({ mode: "open", pollers: { min: 10, max: 20 }, limit: undefined });
    expect(decision.reason).toContain("at least 10 of 20 pollers");
  });
});

describe("queues that share a new account's ten invocations", () => {
  const queues = (visible: Readonly<Record<string, number>>): Readonly<Record<string, QueueInput>> =>
    Object.fromEntries(Object.entries(visible).map(([type, count]) => [type, queueOf(boundsOf(), { visible: count })]));

  const follow = (
    given: Readonly<Record<string, QueueInput>>,
    outcomes: Readonly<Record<string, QueueOutcome>>,
    seen: (type: string) => Partial<QueueSeen> = () => ({}),
  ): Readonly<Record<string, QueueInput>> =>
    Object.fromEntries(
      Object.entries(given).map(([type, queue]) => [
        type,
        queueAfter(queue, outcomes[type] as QueueOutcome, seen(type)),
      ]),
    );

  const limitsOf = (outcomes: Readonly<Record<string, QueueOutcome>>) =>
    Object.fromEntries(Object.entries(outcomes).map(([type, { decision }]) => [type, decision.limit]));

  it("get shares by their work, and leave room for the api", () => {
    const outcomes = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: queues({ a: 900, b: 100 }) });

    expect(limitsOf(outcomes)).toEqual({ a: 5, b: 2 });
    expect(outcomes.a?.decision).toMatchObject({ mode: "limited", needsCloseLook: true });
    expect(outcomes.a?.decision.reason).toBe(
      "5 of 7 invocations that the account has left for queues: 90 % of the work is here (900 waiting, 1 s a job)",
    );
  });

  it("are kept apart while idle, as one could take the whole account before the next look, without looking closely", () => {
    const outcomes = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: queues({ a: 0, b: 0 }) });

    expect(limitsOf(outcomes)).toEqual({ a: 4, b: 3 });
    expect(outcomes.a?.decision).toMatchObject({ mode: "limited", needsCloseLook: false });
    expect(outcomes.a?.decision.reason).toBe(
      "4 of 7 invocations: the account allows 10, which one queue could take before the next look",
    );
  });

  it("are left as the stage says where its ceilings fit", () => {
    const given = { a: queueOf(boundsOf({ ceiling: 4 })), b: queueOf(boundsOf({ ceiling: 3 }), { visible: 1_000 }) };
    const outcomes = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: given });

    expect(limitsOf(outcomes)).toEqual({ a: 4, b: 3 });
    expect(outcomes.b?.decision).toMatchObject({ mode: "open", needsCloseLook: false });
  });

  it("keep their shares while nothing changes, and trade places when the backlog does", () => {
    const first = queues({ a: 900, b: 100 });
    const decided = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: first });
    let given = follow(first, decided);
    for (let look = 1; look <= 6; look++) {
      const outcomes = decide({ nowMs: START_MS + look * TICK_MS, account: NEW_ACCOUNT, queues: given });
      expect(limitsOf(outcomes)).toEqual({ a: 5, b: 2 });
      given = follow(given, outcomes);
    }
    for (let look = 7; look <= 20; look++) {
      const visible = { a: 50, b: 950 } as Readonly<Record<string, number>>;
      given = follow(
        given,
        decide({ nowMs: START_MS + look * TICK_MS, account: NEW_ACCOUNT, queues: given }),
        (type) => ({ visible: visible[type] ?? 0 }),
      );
    }

    expect(given.a?.seen.mapping.limit).toBe(2);
    expect(given.b?.seen.mapping.limit).toBe(5);
  });

  it("get nothing kept back for a queue that is paused by hand", () => {
    const given = {
      a: queueOf(boundsOf(), { visible: 900 }),
      b: queueOf(boundsOf(), { visible: 900, manual: pausedByHand }),
    };
    const outcomes = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: given });

    expect(outcomes.a?.decision.limit).toBe(7);
    expect(outcomes.b?.decision).toMatchObject({ mode: "paused", isEnabled: false });
  });

  it("share what a limit that is set by hand leaves", () => {
    const given = {
      a: queueOf(boundsOf(), { visible: 900 }),
      b: queueOf(boundsOf(), { visible: 900, manual: limitedByHand(3) }),
    };

    expect(limitsOf(decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: given }))).toEqual({ a: 4, b: 3 });
  });

  it("leave alone what a mapping has that takes no change now, and share the rest", () => {
    const first = queues({ a: 900, b: 100 });
    const given = follow(first, decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: first }), (type) => ({
      visible: type === "a" ? 100 : 900,
      mapping: mappingOf(boundsOf(), { limit: type === "a" ? 5 : 2, isChanging: type === "a" }),
    }));
    const outcomes = decide({ nowMs: START_MS + 60_000, account: NEW_ACCOUNT, queues: given });

    expect(limitsOf(outcomes)).toEqual({ a: 5, b: 2 });
  });

  it("stay limited while the mapping of one of them takes no change", () => {
    const account = { concurrency: 1_000, unreserved: 1_000 };
    const first = queues({ a: 10_000_000, b: 15 });
    const decided = decide({ nowMs: START_MS, account, queues: first });
    const given = follow(first, decided, (type) => ({
      mapping: mappingOf(boundsOf(), { limit: decided[type]?.decision.limit, isChanging: type === "a" }),
    }));

    expect(decided.b?.decision.mode).toBe("limited");
    expect(limitsOf(decide({ nowMs: START_MS + TICK_MS, account, queues: given }))).toEqual(limitsOf(decided));
  });

  it("are told to ask for more where even two invocations for each do not fit", () => {
    const outcomes = decide({ nowMs: START_MS, account: NEW_ACCOUNT, queues: queues({ a: 90, b: 90, c: 90, d: 90 }) });

    expect(limitsOf(outcomes)).toEqual({ a: 2, b: 2, c: 2, d: 2 });
    expect(outcomes.a?.decision.reason).toContain(
      "4 queues together may have 8, more than there is: ask AWS for a higher concurrency",
    );
  });

  it("are as the stage says again once a larger account has room for all", () => {
    const account = { concurrency: 100, unreserved: 100 };
    const first = queues({ a: 100_000, b: 100 });
    const decided = decide({ nowMs: START_MS, account, queues: first });
    expect(decided.a?.decision).toMatchObject({ mode: "limited", limit: 78 });
    let given = follow(first, decided);
    let outcomes = decided;
    for (let look = 1; look <= 20; look++) {
      outcomes = decide({ nowMs: START_MS + look * TICK_MS, account, queues: given });
      given = follow(given, outcomes, () => ({ visible: 5 }));
    }

    expect(outcomes.a?.decision).toMatchObject({ mode: "open", limit: undefined, needsCloseLook: false });
    expect(outcomes.b?.decision).toMatchObject({ mode: "open", limit: undefined, needsCloseLook: false });
  });

  it("never have more together than the account leaves, nor one less than its floor", () => {
    const queue = fc.record({
      visible: fc.integer({ min: 0, max: 50_000 }),
      ceiling: fc.option(fc.integer({ min: 4, max: 200 }), { nil: undefined }),
      floor: fc.integer({ min: 2, max: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(queue, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 20, max: 300 }),
        (all, unreserved) => {
          const account = { concurrency: unreserved, unreserved };
          const given = Object.fromEntries(
            all.map(({ visible, ceiling, floor }, index) => [
              `q${index}`,
              queueOf(boundsOf({ ceiling, floor }), { visible }),
            ]),
          );
          const outcomes = decide({ nowMs: START_MS, account, queues: given });
          const again = decide({ nowMs: START_MS + TICK_MS, account, queues: follow(given, outcomes) });
          const shares = Object.values(outcomes).map(({ memory }) => memory.share);
          const left = unreserved - Math.max(2, Math.ceil(unreserved / 10)) - 1;

          if (shares.every((share) => share !== undefined)) {
            const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
            expect(sum).toBeLessThanOrEqual(left);
            if (all.reduce((total, { floor }) => total + floor, 0) <= left) {
              shares.forEach((share, index) => {
                expect(share).toBeGreaterThanOrEqual(all[index]?.floor ?? 0);
              });
            }
          }
          expect(limitsOf(again)).toEqual(limitsOf(outcomes));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("a queue whose downstream asks to slow down", () => {
  it("is limited near what it bears, and looked at closely", () => {
    const { decision } = LIMITED.outcome;

    expect(decision).toMatchObject({ mode: "limited", isEnabled: true, needsCloseLook: true });
    expect(decision.limit).toBeGreaterThanOrEqual(15);
    expect(decision.limit).toBeLessThanOrEqual(22);
    expect(decision.reason).toMatch(/refuse/);
  });

  it("has the smaller of protection's limit and its share", () => {
    const nowMs = LIMITED.nowMs + TICK_MS;
    const alone = decideOne(LIMITED.queue, nowMs).decision.limit ?? 0;
    const beside = (visible: number) => {
      const queues = { only: LIMITED.queue, other: queueOf(boundsOf(), { visible }) };
      return decide({ nowMs, account: { concurrency: 100, unreserved: 100 }, queues }).only?.decision;
    };

    expect(beside(10)?.limit).toBe(alone);
    expect(beside(500_000)?.limit).toBeLessThan(alone);
    expect(beside(500_000)?.reason).toContain("that the account has left for queues");
  });

  it("leaves to others what it may not use itself, but for some room to try more", () => {
    const only = { ...LIMITED.queue, seen: { ...LIMITED.queue.seen, visible: 500_000 } };
    const queues = { only, other: queueOf(boundsOf(), { visible: 5_000 }) };
    const account = { concurrency: 100, unreserved: 100 };
    const outcomes = decide({ nowMs: LIMITED.nowMs + TICK_MS, account, queues });
    const protectedAt = outcomes.only?.decision.limit ?? 0;

    expect(outcomes.only?.memory.share).toBe(Math.ceil(protectedAt * 1.25));
    expect(outcomes.other?.decision.limit).toBe(89 - Math.ceil(protectedAt * 1.25));
  });

  it("is bounded by its pollers where it is provisioned", () => {
    const { outcome } = run(PROVISIONED, [...times(6, { counts: CONTENT }), ...times(3, { counts: REFUSING })]);

    expect(outcome.decision).toMatchObject({ mode: "limited", limit: undefined, pollers: { min: 2, max: 2 } });
  });

  it("is let up again by its pollers once the downstream is content", () => {
    const many = (counts: Partial<SignalCounts>, pressure: number) => ({
      ...counts,
      ok: 600,
      acceptedMs: 600_000,
      pressure,
    });
    const low = run(PROVISIONED, [
      ...times(6, { counts: many(CONTENT, 0) }),
      ...times(3, { counts: many(REFUSING, 100), seen: { visible: 90_000 } }),
    ]);
    const later = run(PROVISIONED, times(60, { counts: many(CONTENT, 0) }), low);

    expect(low.outcome.decision.pollers?.max).toBeLessThanOrEqual(6);
    expect(later.outcome.decision.pollers?.max).toBeGreaterThan(low.outcome.decision.pollers?.max ?? 0);
  });

  it("is paused when it is down, asks for a probe, and opens again when the probe says so", () => {
    expect(PAUSED.outcome.decision).toMatchObject({ mode: "paused", isEnabled: false, wantsProbe: true });
    expect(PAUSED.outcome.decision.needsCloseLook).toBe(true);

    const back = run(CEILING_40, [{ seen: { probe: "up" } }], PAUSED);
    expect(back.outcome.decision).toMatchObject({ mode: "probing", isEnabled: true, limit: 2, needsCloseLook: true });
  });

  it("does not stay paused for want of a probe", () => {
    const { outcome } = run(CEILING_40, times(10, { seen: { probe: "unknown" } }), PAUSED);

    expect(outcome.decision.isEnabled).toBe(true);
  });
});

describe("what a person sets by hand", () => {
  it("wins over an open queue and over a limit: a pause", () => {
    for (const queue of [queueOf(CEILING_40), LIMITED.queue]) {
      const { decision } = decideOne({ ...queue, seen: { ...queue.seen, manual: pausedByHand } }, LIMITED.nowMs);

      expect(decision).toMatchObject({ mode: "paused", isEnabled: false, isManual: true, wantsProbe: false });
      expect(decision.needsCloseLook).toBe(false);
      expect(decision.reason).toContain("paused by hand since 2026-09-21T");
      expect(decision.reason).toContain("POST /queues/only/resume");
    }
  });

  it("wins over a pause: a limit", () => {
    const queue = { ...PAUSED.queue, seen: { ...PAUSED.queue.seen, manual: limitedByHand(5) } };
    const { decision } = decideOne(queue, PAUSED.nowMs + TICK_MS);

    expect(decision).toMatchObject({ mode: "limited", isEnabled: true, limit: 5, isManual: true, wantsProbe: false });
  });

  it("stays within what the stage and Lambda allow, and says so", () => {
    const fixed = (limit: number) => decideOne(queueOf(CEILING_40, { manual: limitedByHand(limit) })).decision;

    expect(fixed(12)).toMatchObject({ mode: "limited", limit: 12 });
    expect(fixed(12).reason).toMatch(/^fixed at 12 by hand since/);
    expect(fixed(1).limit).toBe(2);
    expect(fixed(60)).toMatchObject({ mode: "open", limit: 40 });
    expect(fixed(60).reason).toContain("60 is not what the stage and Lambda allow");
  });

  it("holds pollers to a limit", () => {
    const { decision } = decideOne(queueOf(PROVISIONED, { manual: limitedByHand(50) }));

    expect(decision).toMatchObject({ mode: "limited", limit: undefined, pollers: { min: 2, max: 5 } });
  });

  it("returns from a limit to the stage's settings by doubling, with a close look", () => {
    const fixed = run(CEILING_40, [{ seen: { manual: limitedByHand(5) } }]);
    const limits: (number | undefined)[] = [];
    let at = fixed;
    for (let look = 0; look < 5; look++) {
      at = run(CEILING_40, [{ seen: { manual: undefined } }], at);
      limits.push(at.outcome.decision.limit);
      if (look === 0) {
        expect(at.outcome.decision).toMatchObject({ mode: "limited", needsCloseLook: true, isManual: false });
        expect(at.outcome.decision.reason).toContain("10 on the way from the limit that was set by hand");
      }
    }

    expect(limits).toEqual([10, 20, 40, 40, 40]);
    expect(at.outcome.decision).toMatchObject({ mode: "open", needsCloseLook: false });
  });

  it("gives back to protection what it held, however long a pause took", () => {
    const held = LIMITED.outcome.decision.limit;
    const paused = run(CEILING_40, times(30, { seen: { manual: pausedByHand } }), LIMITED);
    const lifted = run(CEILING_40, [{ seen: { manual: undefined } }], paused);

    expect(paused.outcome.decision.isEnabled).toBe(false);
    expect(lifted.outcome.decision).toMatchObject({ mode: "limited", isEnabled: true, limit: held });
  });

  it("teaches protection nothing: what was refused at a limit by hand does not cut its own", () => {
    const held = LIMITED.outcome.decision.limit;
    const fixed = run(CEILING_40, times(4, { counts: REFUSING, seen: { manual: limitedByHand(40) } }), LIMITED);
    const lifted = run(CEILING_40, [{ counts: CONTENT, seen: { manual: undefined } }], fixed);

    expect(fixed.outcome.decision.limit).toBe(40);
    expect(lifted.outcome.decision).toMatchObject({ mode: "limited", limit: held });
  });

  it("leaves behind what was refused under it long ago", () => {
    const refused = times(3, { counts: REFUSING, seen: { manual: limitedByHand(30) } });
    const content = times(6, { counts: CONTENT });
    const { outcome } = run(CEILING_40, [...refused, ...content, { counts: CONTENT, seen: { manual: undefined } }]);

    expect(outcome.decision).toMatchObject({ mode: "open", limit: 40, needsCloseLook: false });
  });

  it("lets protection begin a try anew that a pause interrupts", () => {
    const trying = run(CEILING_40, [{ seen: { probe: "up" } }], PAUSED);
    const held = run(CEILING_40, times(30, { seen: { manual: pausedByHand } }), trying);
    const lifted = run(CEILING_40, times(2, { seen: { manual: undefined } }), held);

    expect(trying.outcome.decision.mode).toBe("probing");
    expect(lifted.outcome.decision).toMatchObject({ mode: "probing", limit: 2, isEnabled: true });
  });

  it("is no pause after a limit has overruled one", () => {
    const fixed = run(CEILING_40, times(3, { counts: CONTENT, seen: { manual: limitedByHand(5) } }), PAUSED);
    const lifted = run(CEILING_40, [{ counts: CONTENT, seen: { manual: undefined } }], fixed);

    expect(lifted.outcome.decision).toMatchObject({ mode: "limited", isEnabled: true, limit: 10 });
  });
});

describe("a mapping that is not as decided", () => {
  const asSeen = ({ queue, nowMs }: Run, given: Partial<QueueSeen["mapping"]>) => {
    const seen = { ...queue.seen, mapping: { ...queue.seen.mapping, ...given } };
    const { decision } = decideOne({ ...queue, seen }, nowMs);
    return { decision, change: mappingChange(decision, seen.mapping) };
  };
  /** One look after the change, so that the mapping has been seen to follow. */
  const settled = (before: Run): Run => {
    const outcome = decideOne(before.queue, before.nowMs + 1_000);
    return { outcome, queue: queueAfter(before.queue, outcome), nowMs: before.nowMs + 2_000 };
  };

  it("is paused again if it was enabled during a pause", () => {
    const { decision, change } = asSeen(settled(PAUSED), { isEnabled: true, limit: 40 });

    expect(change).toEqual({ isEnabled: false });
    expect(decision.reason).toContain("enabled outside of Sluice and is paused again");
  });

  it("is paused again if it was enabled during a pause by hand", () => {
    const byHand = settled(run(CEILING_40, times(2, { seen: { manual: pausedByHand } })));

    expect(asSeen(byHand, { isEnabled: true }).change).toEqual({ isEnabled: false });
  });

  it("gets its limit back", () => {
    const { decision, change } = asSeen(settled(LIMITED), { limit: 40 });

    expect(change).toEqual({ limit: decision.limit });
    expect(decision.limit).toBe(LIMITED.outcome.decision.limit);
    expect(decision.reason).toContain("the mapping was set to 40 outside of Sluice and is set back");
  });

  it("is enabled if nobody is known to have paused it, and says how to pause it for good", () => {
    const known = asSeen(settled(run(CEILING_40, times(2, {}))), { isEnabled: false });
    const lost = queueOf(CEILING_40, { mapping: mappingOf(CEILING_40, { isEnabled: false }) });

    for (const decision of [known.decision, decideOne(lost).decision]) {
      expect(decision.isEnabled).toBe(true);
      expect(decision.reason).toContain(
        "disabled outside of Sluice and is enabled again: pause it with POST /queues/only/pause",
      );
    }
  });

  it("says nothing of others while it only has not followed yet", () => {
    const queue = queueOf(CEILING_40, { manual: pausedByHand });
    const first = decideOne(queue);
    const next = decideOne(queueAfter(queue, first, { mapping: queue.seen.mapping }), START_MS + TICK_MS);

    expect(mappingChange(next.decision, queue.seen.mapping)).toEqual({ isEnabled: false });
    expect(next.decision.reason).toBe(first.decision.reason);
  });

  it("says nothing of others while it only has not opened yet", () => {
    const paused = run(CEILING_40, times(3, { seen: { manual: pausedByHand } }));
    const lifted = run(CEILING_40, [{ seen: { manual: undefined } }], paused);
    const mapping = mappingOf(CEILING_40, { isEnabled: false });
    const seen = { ...lifted.queue.seen, mapping };
    const { decision } = decideOne({ ...lifted.queue, seen }, lifted.nowMs + TICK_MS);

    expect(mappingChange(decision, mapping)).toEqual({ isEnabled: true });
    expect(decision.reason).not.toContain("outside of Sluice");
  });

  it("is left to its change while Lambda is at one, whatever is seen", () => {
    const { queue, nowMs, outcome } = LIMITED;
    const mapping = { ...queue.seen.mapping, limit: 40, isChanging: true };
    const windows = windowsBefore(nowMs + TICK_MS, 3, DOWN);
    const { decision } = decideOne({ ...queue, seen: { ...queue.seen, windows, mapping } }, nowMs + TICK_MS);

    expect(decision).toEqual(outcome.decision);
  });

  it("is taken as it is while a change is under way that nobody remembers", () => {
    const mapping = mappingOf(CEILING_40, { limit: 12, isChanging: true });
    const { decision } = decideOne(queueOf(CEILING_40, { mapping }));

    expect(decision).toMatchObject({ mode: "limited", limit: 12, isEnabled: true, needsCloseLook: true });
  });

  it("is looked at closely while a change keeps what a person has said from being done", () => {
    const open = run(CEILING_40, times(2, {})).queue;
    const mapping = { ...open.seen.mapping, isChanging: true };
    const queue = { ...open, seen: { ...open.seen, mapping, manual: pausedByHand } };
    const first = decideOne(queue);
    const next = decideOne(queueAfter(queue, first, { mapping: { ...mapping, isChanging: false } }));

    expect(first.decision).toMatchObject({ isEnabled: true, needsCloseLook: true });
    expect(next.decision).toMatchObject({ isEnabled: false, isManual: true });
  });
});

describe("decide", () => {
  const counts = fc.constantFrom<Partial<SignalCounts>>(
    CONTENT,
    REFUSING,
    DOWN,
    {},
    { ok: 5, permanent: 95, acceptedMs: 10_000 },
  );
  const manual = fc.constantFrom<ManualControl | undefined>(
    undefined,
    undefined,
    undefined,
    pausedByHand,
    limitedByHand(7),
  );
  const step = fc.record({
    counts,
    visible: fc.integer({ min: 0, max: 20_000 }),
    manual,
    probe: fc.constantFrom("up" as const, "down" as const, "unknown" as const, undefined),
  });
  const bounds = fc.constantFrom(boundsOf(), CEILING_40, boundsOf({ parallel: 5, batchSize: 10 }), PROVISIONED);
  const asSteps = (given: readonly { counts: Partial<SignalCounts>; visible: number; manual?: ManualControl }[]) =>
    given.map(({ counts: some, ...seen }) => ({ counts: some, seen: { manual: undefined, ...seen } }));

  it("stays within the bounds of stage and Lambda, with a reason, whatever is seen", () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { minLength: 1, maxLength: 15 }), (given, steps) => {
        const { decision } = run(given, asSteps(steps)).outcome;

        expect(decision.reason).not.toBe("");
        expect(decision.limit ?? 2).toBeGreaterThanOrEqual(2);
        expect(decision.limit ?? 2).toBeLessThanOrEqual(given.ceiling ?? 1_000);
        expect(decision.isEnabled).toBe(decision.mode !== "paused");
        if (given.provisioned === undefined) expect(decision.pollers).toBeUndefined();
        else {
          expect(decision.limit).toBeUndefined();
          expect(decision.pollers?.min).toBeGreaterThanOrEqual(2);
          expect(decision.pollers?.min).toBeLessThanOrEqual(decision.pollers?.max ?? 0);
          expect(decision.pollers?.max).toBeLessThanOrEqual(given.provisioned.max);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("changes nothing when it is asked again at once, with the mapping as it has decided", () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { minLength: 1, maxLength: 15 }), (given, steps) => {
        const { queue, nowMs, outcome } = run(given, asSteps(steps));
        const again = decideOne(queue, nowMs);

        expect({ ...again.decision, reason: "" }).toEqual({ ...outcome.decision, reason: "" });
        expect(mappingChange(again.decision, queue.seen.mapping)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it("obeys a person at every moment", () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { minLength: 0, maxLength: 10 }), (given, steps) => {
        const before = run(given, asSteps(steps));
        const paused = run(given, [{ counts: REFUSING, seen: { manual: pausedByHand } }], before).outcome.decision;
        const fixed = run(given, [{ counts: DOWN, seen: { manual: limitedByHand(30) } }], before).outcome.decision;

        expect(paused).toMatchObject({ isEnabled: false, isManual: true });
        expect(fixed).toMatchObject({ isEnabled: true, isManual: true });
        expect(fixed.pollers === undefined ? fixed.limit : fixed.pollers.max * 10).toBe(30);
      }),
      { numRuns: 40 },
    );
  });

  it("opens every queue again, soon after its downstream is well and no person has a say", () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { minLength: 1, maxLength: 10 }), (given, steps) => {
        const before = run(given, asSteps(steps));
        const after = run(given, times(30, { counts: CONTENT, seen: { manual: undefined, probe: "up" } }), before);

        expect(after.outcome.decision.isEnabled).toBe(true);
        expect(after.outcome.decision.mode).not.toBe("probing");
      }),
      { numRuns: 40 },
    );
  });

  it("decides for each queue, and for none without any", () => {
    expect(decide({ nowMs: START_MS, account: ROOMY, queues: {} })).toEqual({});
  });
});
