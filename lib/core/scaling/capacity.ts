import {
  acceptedIn,
  addSignals,
  NO_SIGNALS,
  SIGNAL_WINDOW_MS,
  type SignalCounts,
  type SignalWindow,
  signalWindowAt,
} from "../signals.ts";
import type { Look } from "./protection-memory.ts";
import type { QueueSeen } from "./queue-scaling.ts";

/** A moment from which on signals are counted: windows are coarser than looks, so it holds what its window had by then. */
export type Mark = { readonly atMs: number; readonly counts: SignalCounts };

/** What attempts met over a time. */
export type Span = { readonly counts: SignalCounts; readonly elapsedMs: number };

/** Windows that were read, and since when. */
export type ReadWindows = Pick<QueueSeen, "windows" | "windowsFromMs">;

/** Clocks of Lambda differ by less. */
const MOST_SKEW_MS = 60_000;
const SERVICE_SAMPLE = 20;
const LATELY_MS = 20_000;

/** Returns a mark at `nowMs`, the time to which the windows were read. */
export const markAt = (windows: readonly SignalWindow[], nowMs: number): Mark => {
  const startMs = signalWindowAt(nowMs);
  return { atMs: nowMs, counts: sum(windows.filter((window) => window.startMs === startMs)) };
};

/**
 * Returns what attempts met since a mark, as far back as the windows go.
 *
 * A mark that is older, or of a clock that was ahead, tells nothing of the first of them: the span begins with it.
 */
export const since = ({ windows, windowsFromMs }: ReadWindows, mark: Mark, nowMs: number): Span => {
  const isLegible = mark.atMs >= windowsFromMs && mark.atMs <= nowMs + MOST_SKEW_MS;
  if (!isLegible) return { counts: sum(windows), elapsedMs: Math.max(0, nowMs - windowsFromMs) };
  const startMs = signalWindowAt(mark.atMs);
  const counts = sum(windows.filter((window) => window.startMs >= startMs));
  return { counts: minus(counts, mark.counts), elapsedMs: Math.max(0, nowMs - mark.atMs) };
};

/** Returns what attempts met in the whole windows of the last `spanMs`, the unfinished one included. */
export const recent = (windows: readonly SignalWindow[], nowMs: number, spanMs: number): Span => {
  const startMs = signalWindowAt(nowMs - spanMs - 1) + SIGNAL_WINDOW_MS;
  return {
    counts: sum(windows.filter((window) => window.startMs >= startMs)),
    elapsedMs: Math.max(1, nowMs - startMs),
  };
};

/**
 * Returns how many jobs the downstream had accepted at once, on average.
 *
 * Busy time per time, not completions × service time: it stays right when attempts outlast the span, provided the span
 * is at least twice as long as they run. Attempts tell of themselves when they end, so a shorter one sees lumps.
 */
export const acceptedAtOnce = ({ counts, elapsedMs }: Span): number =>
  elapsedMs > 0 ? counts.acceptedMs / elapsedMs : 0;

/** Returns how many jobs the downstream had accepted at once of late. @param roundMs How long an invocation runs */
export const acceptedLately = ({ nowMs, seen, roundMs }: Pick<Look, "nowMs" | "seen" | "roundMs">): number =>
  acceptedAtOnce(recent(seen.windows, nowMs, Math.max(LATELY_MS, 2 * (roundMs ?? 0))));

/** Returns how long an accepted attempt runs, in milliseconds, over the latest windows that have enough of them. */
export const serviceMs = (windows: readonly SignalWindow[]): number | undefined => {
  let counts = NO_SIGNALS;
  for (const window of windows.toReversed()) {
    counts = addSignals(counts, window.counts);
    if (acceptedIn(counts) >= SERVICE_SAMPLE) break;
  }
  // Attempts that were cut off say how long the limit is, not how long the work takes.
  const isCutOff = counts.timedOut * 10 > acceptedIn(counts);
  return acceptedIn(counts) === 0 || isCutOff ? undefined : counts.acceptedMs / acceptedIn(counts);
};

const sum = (windows: readonly SignalWindow[]): SignalCounts =>
  windows.reduce((total, { counts }) => addSignals(total, counts), NO_SIGNALS);

const minus = (total: SignalCounts, part: SignalCounts): SignalCounts => ({
  ok: Math.max(0, total.ok - part.ok),
  transient: Math.max(0, total.transient - part.transient),
  timedOut: Math.max(0, total.timedOut - part.timedOut),
  pressure: Math.max(0, total.pressure - part.pressure),
  permanent: Math.max(0, total.permanent - part.permanent),
  acceptedMs: Math.max(0, total.acceptedMs - part.acceptedMs),
  refusedMs: Math.max(0, total.refusedMs - part.refusedMs),
  calls: Math.max(0, total.calls - part.calls),
  callMs: Math.max(0, total.callMs - part.callMs),
});
