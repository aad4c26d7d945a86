import type { Clock } from "../../lambdas/shared/ports.ts";

export type FakeClock = Clock & {
  /** Lets time pass: due callbacks run in order, with what they start given the chance to go on. */
  readonly pass: (ms: number) => Promise<void>;
  /** Callbacks that wait. */
  readonly waiting: () => number;
};

/** A clock that stands still until told. */
export const fakeClock = (startMs = Date.parse("2026-11-22T10:00:00Z")): FakeClock => {
  let nowMs = startMs;
  const timers = new Set<{ readonly atMs: number; readonly call: () => void }>();
  return {
    nowMs: () => nowMs,
    after: (ms, call) => {
      const timer = { atMs: nowMs + ms, call };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    waiting: () => timers.size,
    pass: async (ms) => {
      const untilMs = nowMs + ms;
      for (;;) {
        await settleMicrotasks();
        const due = [...timers].filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs)[0];
        if (due === undefined) break;
        timers.delete(due);
        nowMs = due.atMs;
        due.call();
      }
      nowMs = untilMs;
      await settleMicrotasks();
    },
  };
};

/** Lets everything that is ready to run, run. */
export const settleMicrotasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
