import { acceptedIn, SIGNAL_WINDOW_MS, type SignalWindow } from "../signals.ts";
import { ceilingOf, jobsAtOnce } from "./queue-bounds.ts";
import type { QueueBounds, QueueSeen } from "./queue-scaling.ts";

/** How much work a queue holds, and how many invocations it could keep busy. */
export type Demand = {
  /** Messages that may be received now. */
  readonly waiting: number;
  /** What waits and runs, in seconds of one invocation's time; smoothed. */
  readonly workSeconds: number;
  /** Invocations that it could keep busy before it is drained, as far as it may; rises at once and falls slowly. */
  readonly wanted: number;
  /** The same, falling over minutes. */
  readonly wantedLately: number;
  /** How long an attempt runs. */
  readonly serviceSeconds: number;
  /** Smoothed. */
  readonly arrivalsPerSecond: number;
};

/** What the next look needs of this one: nothing but the service time while the queue is idle. Plain JSON. */
export type DemandMemory = {
  readonly serviceSeconds?: number | undefined;
  readonly last?: {
    readonly atMs: number;
    readonly depth: number;
    readonly workSeconds: number;
    readonly wanted: number;
    readonly wantedLately: number;
    readonly arrivalsPerSecond: number;
  };
};

/** What a mapping starts with, and by how many invocations a second it grows: see esm.ts. */
export const MAPPING = { start: 5, perSecond: 5 } as const;
/** Jobs that mostly wait for another service, until the first signals tell. */
const ASSUMED_SERVICE_SECONDS = 1;
/** Enough attempts for a mean; older windows are read only until there are so many. */
const ATTEMPTS_FOR_A_MEAN = 50;
const SMOOTHING_MS = 30_000;
const LATELY_MS = 300_000;
const ARRIVALS_SMOOTHING_MS = 60_000;
const RATE_SPAN_MS = 60_000;

/** Estimates a queue's demand from its depth, its signals, and what was seen before. */
export const demandOf = (
  nowMs: number,
  bounds: QueueBounds,
  seen: QueueSeen,
  memory: DemandMemory | undefined,
): { readonly demand: Demand; readonly memory: DemandMemory } => {
  const known = serviceSecondsOf(seen.windows) ?? memory?.serviceSeconds;
  const serviceSeconds = known ?? Math.min(ASSUMED_SERVICE_SECONDS, bounds.timeoutSeconds);
  const perJobSeconds = serviceSeconds / jobsAtOnce(bounds);
  const running = runningJobs(nowMs, seen, serviceSeconds);
  const last = memory?.last;
  const elapsedMs = last === undefined ? Number.POSITIVE_INFINITY : Math.max(0, nowMs - last.atMs);
  const blend = (from: number | undefined, to: number, overMs: number): number =>
    from === undefined ? to : to + (from - to) * Math.exp(-elapsedMs / overMs);

  const workSeconds = blend(last?.workSeconds, (seen.visible + running) * perJobSeconds, SMOOTHING_MS);
  const wantedNow = invocationsWanted(bounds, seen.visible, running, perJobSeconds);
  const wanted = Math.min(ceilingOf(bounds), Math.max(wantedNow, blend(last?.wanted, wantedNow, SMOOTHING_MS)));
  const wantedLately = Math.min(ceilingOf(bounds), Math.max(wanted, blend(last?.wantedLately, wanted, LATELY_MS)));
  const depth = seen.visible + seen.inFlight + seen.delayed;
  const grownPerSecond = last === undefined || elapsedMs === 0 ? 0 : ((depth - last.depth) * 1_000) / elapsedMs;
  const arrivingNow = Math.max(0, settledPerSecond(nowMs, seen.windows) + grownPerSecond);
  const arrivalsPerSecond =
    elapsedMs === 0
      ? (last?.arrivalsPerSecond ?? 0)
      : blend(last?.arrivalsPerSecond, arrivingNow, ARRIVALS_SMOOTHING_MS);

  const isIdle = depth === 0 && wanted < 0.5 && arrivalsPerSecond < 0.01;
  return {
    demand: {
      waiting: seen.visible,
      workSeconds,
      wanted: isIdle ? 0 : wanted,
      wantedLately: isIdle ? 0 : wantedLately,
      serviceSeconds,
      arrivalsPerSecond,
    },
    memory: {
      serviceSeconds: known,
      ...(isIdle ? {} : { last: { atMs: nowMs, depth, workSeconds, wanted, wantedLately, arrivalsPerSecond } }),
    },
  };
};

/**
 * How far a mapping would open up: it grows steadily while it drains what waits, so it is at c after having worked off
 * (c² − c₀²) / (2 × its growth) seconds of work. A small backlog is gone before the mapping has become large.
 */
const invocationsWanted = (bounds: QueueBounds, waiting: number, running: number, perJobSeconds: number): number => {
  const busy = running / jobsAtOnce(bounds);
  const start = Math.max(busy, waiting > 0 ? MAPPING.start : 0);
  const reached = Math.sqrt(start ** 2 + 2 * MAPPING.perSecond * waiting * perJobSeconds);
  return Math.min(reached, waiting + busy, ceilingOf(bounds));
};

const serviceSecondsOf = (windows: readonly SignalWindow[]): number | undefined => {
  let attempts = 0;
  let tookMs = 0;
  for (const { counts } of windows.toReversed()) {
    if (attempts >= ATTEMPTS_FOR_A_MEAN) break;
    attempts += acceptedIn(counts);
    tookMs += counts.acceptedMs;
  }
  // Nothing takes no time: a millisecond at least.
  return attempts === 0 ? undefined : Math.max(0.001, tookMs / attempts / 1_000);
};

/** Windows that are complete and began within a span; those without signals may be missing. */
const completeWithin = (nowMs: number, windows: readonly SignalWindow[], spanMs: number): readonly SignalWindow[] =>
  windows.filter(({ startMs }) => startMs + SIGNAL_WINDOW_MS <= nowMs && startMs + SIGNAL_WINDOW_MS > nowMs - spanMs);

const settledPerSecond = (nowMs: number, windows: readonly SignalWindow[]): number =>
  completeWithin(nowMs, windows, RATE_SPAN_MS).reduce((sum, { counts }) => sum + counts.ok + counts.permanent, 0) /
  (RATE_SPAN_MS / 1_000);

/**
 * Jobs that run now: what SQS calls in flight holds also those that are hidden until their next attempt, so the time
 * that attempts took bounds it, where attempts have ended at all.
 */
const runningJobs = (nowMs: number, { inFlight, windows }: QueueSeen, serviceSeconds: number): number => {
  const spanMs = Math.min(600_000, Math.max(2 * SIGNAL_WINDOW_MS, 2_000 * serviceSeconds));
  const tookMs = completeWithin(nowMs, windows, spanMs).reduce(
    (sum, { counts }) => sum + counts.acceptedMs + counts.refusedMs,
    0,
  );
  return tookMs === 0 ? inFlight : Math.min(inFlight, tookMs / spanMs);
};
