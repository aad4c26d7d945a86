/** Time, as the embedded runtime sees it: tests hand in their own. */
export type Clock = {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs something once, later; the answer cancels it. */
  after(delayMs: number, run: () => void): Cancel;
};

export type Cancel = () => void;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Runs something once each period, the first time a period from now; the answer ends it.
 *
 * It does not drift. Periods that are over before it could run are left out.
 */
export const every = (clock: Clock, periodMs: number, run: () => void): Cancel => {
  let cancel: Cancel;
  let dueMs = clock.nowMs() + periodMs;
  const wait = (): void => {
    // No longer than a period, should somebody set the machine's clock back.
    cancel = clock.after(Math.min(periodMs, dueMs - clock.nowMs()), () => {
      const missed = Math.max(0, Math.floor((clock.nowMs() - dueMs) / periodMs));
      dueMs += periodMs * (missed + 1);
      wait();
      run();
    });
  };
  wait();
  return () => cancel();
};
