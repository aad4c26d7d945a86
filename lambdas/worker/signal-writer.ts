import type { SignalCounts } from "../../lib/core/signals.ts";

/** Where the scaler finds what the attempts of a job type met. */
export type SignalWriter = {
  /**
   * Adds to the window of a moment, in one write.
   *
   * @param signal Gives the write up when it aborts.
   */
  readonly add: (counts: SignalCounts, nowMs: number, signal: AbortSignal) => Promise<void>;
};
