import { ESM_INVOCATIONS_PER_POLLER, ESM_STANDARD_CEILING } from "../limits.ts";

/**
 * The event source mapping between an SQS queue and a Lambda function, as AWS documents its scaling: a pure step
 * function from what its pollers saw to how many invocations it may have at once.
 *
 * Three regimes. *Grow*: every allowed invocation was busy and polls found messages; add 300 a minute. *Hold*: polls
 * find messages but not every invocation is needed. *Shrink*: polls come back empty; go down to 5, and to 2 after a
 * quiet minute if no limit is set. Failed and throttled invocations cut it; failures that the function reports per
 * message (`ReportBatchItemFailures`) are no failed invocations.
 *
 * From AWS's pages: where it starts, how fast it grows, its ceilings. Ours, because AWS publishes neither: the speed of
 * shrinking, how long quiet lasts, and the cut of 3 % per failed invocation, which was fitted to a measurement by
 * others (1, 5 and 10 % errors left 42, 27 and 22 % of 60 invocations; this model leaves 48, 22 and 15 %).
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 * @see https://www.rehanvdm.com/blog/sqs-lambda-esm-scaling-behaviour--experiment-esm-and-lambda-errors
 */
export type EsmSettings = {
  /** `ScalingConfig.MaximumConcurrency`, 2–1,000. */
  readonly maximumConcurrency?: number | undefined;
  /** `ProvisionedPollerConfig`; excludes `maximumConcurrency`. */
  readonly provisioned?: { readonly minimumPollers: number; readonly maximumPollers: number } | undefined;
};

export type EsmState = {
  /** Invocations allowed at once; grows by fractions, so read it by {@link invocationsAllowed}. */
  readonly concurrency: number;
  /** How long no poll has found a message, in milliseconds. */
  readonly quietMs: number;
  /** Whether polls find messages, as far as is known: while every allowed invocation is busy, nobody polls. */
  readonly isFinding: boolean;
};

/** What happened since the last step. */
export type EsmObservation = {
  readonly elapsedMs: number;
  /** Polls that returned at least one message. */
  readonly batchesFound: number;
  /** The most invocations that were running at one time. */
  readonly peakInFlight: number;
  /** Invocations that threw, crashed or ran into the function's time-out. */
  readonly failedInvocations: number;
  /** Invocations that Lambda refused for want of concurrency. */
  readonly throttledInvocations: number;
};

const STANDARD = { start: 5, idle: 2, ceiling: ESM_STANDARD_CEILING, perMinute: 300 } as const;
const PROVISIONED_PER_MINUTE = 1_000;
const KEPT_PER_FAILURE = 0.97;
const QUIET_MS = 60_000;

/** Returns the state of a mapping that was just enabled. */
export const startEsm = (settings: EsmSettings): EsmState => ({
  concurrency: boundsOf(settings).start,
  quietMs: 0,
  isFinding: false,
});

/** Returns how many invocations may run at once. */
export const invocationsAllowed = (state: EsmState): number => Math.floor(state.concurrency);

/**
 * Returns the state after a step of any length; short steps and one long step add up to the same.
 *
 * Settings may differ from those of the step before: the state comes within the new bounds at once. That too is ours:
 * AWS publishes no speed of it.
 */
export const stepEsm = (settings: EsmSettings, before: EsmState, seen: EsmObservation): EsmState => {
  const bounds = boundsOf(settings);
  const state = within(bounds, before);
  const hasFound = seen.batchesFound > 0;
  const failures = seen.failedInvocations + seen.throttledInvocations;
  const isSaturated = seen.peakInFlight >= invocationsAllowed(state);
  const isFinding = hasFound || (isSaturated && state.isFinding);
  const quietMs = hasFound || seen.peakInFlight > 0 ? 0 : state.quietMs + seen.elapsedMs;
  const awake = hasFound ? Math.max(state.concurrency, bounds.start) : state.concurrency;
  const next = { quietMs, isFinding };

  if (failures > 0) {
    return { ...next, concurrency: Math.max(bounds.least, state.concurrency * KEPT_PER_FAILURE ** failures) };
  }
  if (isFinding && isSaturated) {
    return { ...next, concurrency: Math.min(bounds.ceiling, awake + changeIn(bounds, seen.elapsedMs)) };
  }
  // Busy invocations keep pollers from polling: that is no sign of an empty queue.
  if (hasFound || isSaturated) return { ...next, concurrency: awake };
  const idleMs = Math.max(0, Math.min(seen.elapsedMs, quietMs - QUIET_MS));
  const calmer = shrink(bounds, awake, seen.elapsedMs - idleMs, bounds.start);
  return { ...next, concurrency: shrink(bounds, calmer, idleMs, bounds.idle) };
};

const within = ({ least, ceiling }: Bounds, state: EsmState): EsmState =>
  state.concurrency >= least && state.concurrency <= ceiling
    ? state
    : { ...state, concurrency: Math.min(ceiling, Math.max(least, state.concurrency)) };

const changeIn = ({ perMinute }: Bounds, elapsedMs: number): number => (perMinute * elapsedMs) / 60_000;

const shrink = (bounds: Bounds, concurrency: number, elapsedMs: number, floor: number): number =>
  concurrency > floor ? Math.max(floor, concurrency - changeIn(bounds, elapsedMs)) : concurrency;

type Bounds = {
  /** Where a mapping starts, and falls back to. */
  readonly start: number;
  /** Where it falls to in quiet. */
  readonly idle: number;
  /** The least that failures leave. */
  readonly least: number;
  readonly ceiling: number;
  readonly perMinute: number;
};

const boundsOf = ({ maximumConcurrency, provisioned }: EsmSettings): Bounds => {
  if (provisioned !== undefined) {
    const start = provisioned.minimumPollers * ESM_INVOCATIONS_PER_POLLER;
    const ceiling = provisioned.maximumPollers * ESM_INVOCATIONS_PER_POLLER;
    return { start, idle: start, least: start, ceiling, perMinute: PROVISIONED_PER_MINUTE };
  }
  const ceiling = Math.min(STANDARD.ceiling, maximumConcurrency ?? STANDARD.ceiling);
  const start = Math.min(STANDARD.start, ceiling);
  // A limit gives up the drop to 2 pollers when idle.
  const idle = maximumConcurrency === undefined ? STANDARD.idle : start;
  return { start, idle, least: Math.min(STANDARD.idle, ceiling), ceiling, perMinute: STANDARD.perMinute };
};
