import { ESM_INVOCATIONS_PER_POLLER, ESM_PROVISIONED_POLLERS } from "../limits.ts";
import type { Demand } from "./demand.ts";
import { jobsAtOnce } from "./queue-bounds.ts";
import type { Pollers, QueueBounds } from "./queue-scaling.ts";

/** The least pollers that are held, and what was needed of them since. Plain JSON. */
export type PollerMemory = {
  readonly min: number;
  /** The most that was needed since `sinceMs`. */
  readonly peak: number;
  readonly sinceMs: number;
};

/** Pollers of a provisioned mapping, and why. */
export type PollerPlan = {
  readonly pollers: Pollers;
  readonly reason: string;
  /** Undefined while the stage's own minimum is enough. */
  readonly memory: PollerMemory | undefined;
};

/** The least that `MaximumPollers` can be. */
export const LEAST_POLLERS = ESM_PROVISIONED_POLLERS.max.min;
/** The most that `MinimumPollers` can be. */
const MOST_MINIMUM = ESM_PROVISIONED_POLLERS.min.max;
/** Minimum pollers are paid for whether they find work or not, but a new rise would cost jobs their wait. */
const LOWERED_AFTER_MS = 300_000;
const WORTH_LOWERING = 0.8;

/**
 * Sizes the pollers of a provisioned mapping.
 *
 * The minimum rises at once to what keeps up with arrivals and works off what waits within `targetWaitSeconds`; every
 * five minutes it falls to the most that was needed in them. The maximum stays the stage's, which is what its author
 * is ready to pay: Lambda bills pollers while they run, so fewer of them do the same work for the same money, later.
 */
export const sizePollers = (
  nowMs: number,
  bounds: QueueBounds,
  stage: Pollers,
  demand: Demand,
  memory: PollerMemory | undefined,
): PollerPlan => {
  const invocations = invocationsNeeded(bounds, demand);
  const most = Math.min(stage.max, MOST_MINIMUM);
  const need = Math.max(stage.min, Math.min(most, Math.ceil(invocations / ESM_INVOCATIONS_PER_POLLER)));
  const next = nextMemory(nowMs, need, Math.max(stage.min, Math.min(most, memory?.min ?? stage.min)), memory);
  return {
    pollers: { min: next.min, max: stage.max },
    reason: reasonOf(next.min, stage, bounds, demand, invocations),
    memory: next.min === stage.min ? undefined : next,
  };
};

const nextMemory = (nowMs: number, need: number, min: number, memory: PollerMemory | undefined): PollerMemory => {
  if (need > min || memory === undefined) return { min: Math.max(need, min), peak: 0, sinceMs: nowMs };
  const peak = Math.max(memory.peak, need);
  if (nowMs - memory.sinceMs < LOWERED_AFTER_MS) return { min, peak, sinceMs: memory.sinceMs };
  return { min: peak <= min * WORTH_LOWERING ? peak : min, peak: 0, sinceMs: nowMs };
};

const invocationsNeeded = (bounds: QueueBounds, { waiting, arrivalsPerSecond, serviceSeconds }: Demand): number =>
  ((arrivalsPerSecond + waiting / bounds.targetWaitSeconds) * serviceSeconds) / jobsAtOnce(bounds);

const reasonOf = (
  min: number,
  stage: Pollers,
  { targetWaitSeconds }: QueueBounds,
  { waiting, arrivalsPerSecond, serviceSeconds }: Demand,
  invocations: number,
): string =>
  min === stage.min
    ? `${stage.min} to ${stage.max} pollers, as the stage says`
    : `at least ${min} of ${stage.max} pollers: ${waiting} waiting, ${rounded(arrivalsPerSecond)} a second arriving and ` +
      `${rounded(serviceSeconds)} s a job need ${rounded(invocations)} invocations for a wait of ${targetWaitSeconds} s` +
      (invocations > min * ESM_INVOCATIONS_PER_POLLER
        ? ""
        : `; the minimum falls ${LOWERED_AFTER_MS / 60_000} minutes after the need`);

/** Returns a number as a person reads it: two digits below ten, whole above. */
const rounded = (value: number): string =>
  value < 10 ? String(Number(value.toPrecision(2))) : String(Math.round(value));
