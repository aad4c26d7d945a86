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

/** Runs something again and again, a period after it last ran; the answer ends it. */
export const every = (clock: Clock, periodMs: number, run: () => void): Cancel => {
  let cancel: Cancel;
  const next = (): void => {
    cancel = clock.after(periodMs, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
};
