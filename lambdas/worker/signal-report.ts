import type { JobLog } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { addSignals, type SignalCounts } from "../../lib/core/signals.ts";
import type { Clock } from "../shared/ports.ts";
import { within } from "../shared/within.ts";
import type { SignalWriter } from "./signal-writer.ts";

/** An environment writes at most once in this time, in milliseconds: its next invocation takes along what came between. */
const EVERY_MS = 1_000;
/** Counts that nobody took along in this time, in milliseconds, would be told of a window that they do not belong to. */
const STALE_MS = 10_000;
/** The longest that a write may take, in milliseconds, and what an invocation must have left for it. */
const WRITE_MS = 750;
const LEAST_MS = 1_000;

/**
 * Tells the counts of an invocation, or keeps them for the next.
 *
 * @param remainingMs of the invocation
 * @returns whether nothing is kept
 */
export type SignalReport = (counts: SignalCounts, remainingMs: number) => Promise<boolean>;

/** Returns what reports an environment's signals; it never throws, since they are not worth a batch. */
export const signalReport = ({
  signals,
  clock,
  log,
}: {
  readonly signals: SignalWriter;
  readonly clock: Clock;
  readonly log: JobLog;
}): SignalReport => {
  let writtenMs = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  let carried: { readonly counts: SignalCounts; readonly sinceMs: number } | undefined;

  const write = async (counts: SignalCounts, nowMs: number): Promise<void> => {
    try {
      await within(clock, WRITE_MS, (signal) => signals.add(counts, nowMs, signal));
      isFailing = false;
    } catch (error) {
      // Once until it works again: a table that does not answer fails every invocation.
      if (!isFailing) log("signals.lost", { reason: describeError(error) });
      isFailing = true;
    }
  };

  return async (fresh, remainingMs) => {
    const nowMs = clock.nowMs();
    if (carried !== undefined && nowMs - carried.sinceMs > STALE_MS) carried = undefined;
    const counts = carried === undefined ? fresh : addSignals(carried.counts, fresh);
    if (isNothing(counts)) return true;
    if (nowMs - writtenMs < EVERY_MS || remainingMs < LEAST_MS) {
      carried = { counts, sinceMs: carried?.sinceMs ?? nowMs };
      return false;
    }
    carried = undefined;
    writtenMs = nowMs;
    await write(counts, nowMs);
    return true;
  };
};

const isNothing = (counts: SignalCounts): boolean => Object.values(counts).every((count) => count === 0);
