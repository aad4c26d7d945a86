/**
 * What a job type's attempts met, counted in windows of ten seconds.
 *
 * Each invocation of a worker adds what its attempts ended with to the window of that moment; the scaler reads them.
 */
export type SignalCounts = {
  /** Attempts that succeeded. */
  readonly ok: number;
  /** Attempts that failed and may be repeated, time-outs not among them. */
  readonly transient: number;
  /** Attempts that ran into their limit of time, which may be the downstream's doing. */
  readonly timedOut: number;
  /** Attempts whose downstream asked to slow down. */
  readonly pressure: number;
  /** Attempts that no repetition helps: never read as pressure. */
  readonly permanent: number;
  /** How long the attempts that were not refused ran, in milliseconds: `ok`, `transient`, `timedOut` and `permanent`. */
  readonly acceptedMs: number;
  /** How long the attempts under `pressure` ran, in milliseconds. */
  readonly refusedMs: number;
  /** Calls of the downstream that the job type measured (`job.measure`), and how long they took, in milliseconds. */
  readonly calls: number;
  readonly callMs: number;
};

export const NO_SIGNALS: SignalCounts = {
  ok: 0,
  transient: 0,
  timedOut: 0,
  pressure: 0,
  permanent: 0,
  acceptedMs: 0,
  refusedMs: 0,
  calls: 0,
  callMs: 0,
};

export const SIGNAL_WINDOW_MS = 10_000;

/** One window of a job type, over all its workers. */
export type SignalWindow = {
  /** When it began, in milliseconds since 1970: a multiple of {@link SIGNAL_WINDOW_MS}. */
  readonly startMs: number;
  readonly counts: SignalCounts;
};

/** Returns the beginning of the window that a moment falls into, both in milliseconds since 1970. */
export const signalWindowAt = (nowMs: number): number => Math.floor(nowMs / SIGNAL_WINDOW_MS) * SIGNAL_WINDOW_MS;

/** Attempts that the downstream took on, however they ended. */
export const acceptedIn = ({ ok, transient, timedOut, permanent }: SignalCounts): number =>
  ok + transient + timedOut + permanent;

/** All attempts, those that were refused among them. */
export const attemptsIn = (counts: SignalCounts): number => acceptedIn(counts) + counts.pressure;

/** Adds up counts, field by field. */
export const addSignals = (first: SignalCounts, second: SignalCounts): SignalCounts => ({
  ok: first.ok + second.ok,
  transient: first.transient + second.transient,
  timedOut: first.timedOut + second.timedOut,
  pressure: first.pressure + second.pressure,
  permanent: first.permanent + second.permanent,
  acceptedMs: first.acceptedMs + second.acceptedMs,
  refusedMs: first.refusedMs + second.refusedMs,
  calls: first.calls + second.calls,
  callMs: first.callMs + second.callMs,
});
