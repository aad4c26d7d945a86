import { ESM_INVOCATIONS_PER_POLLER } from "../limits.ts";
import { signalWindowAt } from "../signals.ts";
import { MOST_LIMIT, type QueueBounds } from "./queue-scaling.ts";

const LEAST_LOOK_BACK_MS = 120_000;
/** Two full batches of the slowest jobs, and the time in which their signals arrive. */
const LOOK_BACK_PER_BATCH = 2.5;
/** The furthest that the policy looks back, in milliseconds. */
const MOST_LOOK_BACK_MS = 1_800_000;

/** Returns how many jobs one invocation runs at once. */
export const jobsAtOnce = ({ parallel, batchSize }: QueueBounds): number => Math.max(1, Math.min(parallel, batchSize));

/** Returns how many times one after another an invocation fills its places with a full batch. */
export const roundsOf = (bounds: QueueBounds): number => Math.ceil(bounds.batchSize / jobsAtOnce(bounds));

/** Returns the most invocations that the stage lets a queue have at once. */
export const ceilingOf = ({ ceiling, provisioned }: QueueBounds): number =>
  provisioned === undefined ? (ceiling ?? MOST_LIMIT) : provisioned.max * ESM_INVOCATIONS_PER_POLLER;

/** Returns since when a look needs a queue's signals: the beginning of a window, in milliseconds since 1970. */
export const signalsNeededFrom = (nowMs: number, bounds: QueueBounds): number => {
  const batchMs = bounds.timeoutSeconds * 1_000 * roundsOf(bounds);
  const lookBackMs = Math.min(MOST_LOOK_BACK_MS, Math.max(LEAST_LOOK_BACK_MS, LOOK_BACK_PER_BATCH * batchMs));
  return signalWindowAt(nowMs - lookBackMs);
};
