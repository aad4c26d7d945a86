import { NO_SIGNALS, type SignalCounts } from "../../lib/core/signals.ts";
import { isTimedOut } from "./run-job.ts";
import type { KeptOutcome } from "./settlement.ts";

/** The calls of the downstream that an attempt measured. */
export type Calls = Pick<SignalCounts, "calls" | "callMs">;

export const NO_CALLS: Calls = { calls: 0, callMs: 0 };

/** Counts one attempt by how it ended; a cancelled one says nothing about the downstream, and counts nothing. */
export const attemptSignals = (outcome: KeptOutcome, durationMs: number, measured: Calls): SignalCounts => {
  const counts = { ...NO_SIGNALS, ...measured };
  switch (outcome.kind) {
    case "cancelled":
      return NO_SIGNALS;
    case "throttled":
      return { ...counts, pressure: 1, refusedMs: durationMs };
    case "succeeded":
      return { ...counts, ok: 1, acceptedMs: durationMs };
    case "permanent":
      return { ...counts, permanent: 1, acceptedMs: durationMs };
    case "transient":
      return { ...counts, [isTimedOut(outcome.error) ? "timedOut" : "transient"]: 1, acceptedMs: durationMs };
  }
};
