import { mappingChange } from "../../lib/core/scaling/mapping-change.ts";
import { decide, type QueueInput, type QueueMemory, type QueueOutcome } from "../../lib/core/scaling/policy.ts";
import type {
  AccountSeen,
  MappingSeen,
  QueueBounds,
  QueueDecision,
  QueueSeen,
} from "../../lib/core/scaling/queue-scaling.ts";
import { NO_SIGNALS, SIGNAL_WINDOW_MS, type SignalCounts, type SignalWindow } from "../../lib/core/signals.ts";

/** A moment at which a window begins. */
export const START_MS = 1_790_000_000_000;

/** An account in which no queue is ever short. */
export const ROOMY: AccountSeen = { concurrency: 100_000, unreserved: 100_000 };
/** What a new account often has. */
export const NEW_ACCOUNT: AccountSeen = { concurrency: 10, unreserved: 10 };

/** Returns what a stage says of a queue, one job at a time for each invocation unless told otherwise. */
export const boundsOf = (given: Partial<QueueBounds> = {}): QueueBounds => ({
  floor: 2,
  ceiling: undefined,
  provisioned: undefined,
  parallel: 1,
  batchSize: 1,
  timeoutSeconds: 30,
  targetWaitSeconds: 60,
  ...given,
});

/** Returns a mapping that is set as the stage says. */
export const mappingOf = (bounds: QueueBounds, given: Partial<MappingSeen> = {}): MappingSeen => ({
  limit: bounds.ceiling,
  isEnabled: true,
  isChanging: false,
  pollers: bounds.provisioned,
  ...given,
});

/** Returns a queue that is idle, unless told otherwise. */
export const queueOf = (
  bounds: QueueBounds = boundsOf(),
  given: Partial<QueueSeen> = {},
  memory?: QueueMemory,
): QueueInput => ({
  bounds,
  seen: {
    visible: 0,
    inFlight: 0,
    delayed: 0,
    windows: [],
    windowsFromMs: 0,
    mapping: mappingOf(bounds),
    probe: undefined,
    manual: undefined,
    ...given,
  },
  memory,
});

/** Returns `count` complete windows before a moment, all with the same counts. */
export const windowsBefore = (nowMs: number, count: number, counts: Partial<SignalCounts>): readonly SignalWindow[] =>
  Array.from({ length: count }, (_, index) => ({
    startMs: nowMs - (count - index) * SIGNAL_WINDOW_MS,
    counts: { ...NO_SIGNALS, ...counts },
  }));

/** Returns a mapping after the change that a decision asks for. */
export const followed = (decision: QueueDecision, mapping: MappingSeen): MappingSeen => {
  const { limit, isEnabled, pollers } = mappingChange(decision, mapping) ?? {};
  return {
    ...mapping,
    limit: limit === undefined ? mapping.limit : (limit ?? undefined),
    isEnabled: isEnabled ?? mapping.isEnabled,
    pollers: pollers === undefined ? mapping.pollers : (pollers ?? undefined),
  };
};

/** Returns a queue as the next look finds it: the mapping has followed, and the memory has been through JSON. */
export const queueAfter = (
  queue: QueueInput,
  { decision, memory }: QueueOutcome,
  seen: Partial<QueueSeen> = {},
): QueueInput => ({
  bounds: queue.bounds,
  seen: { ...queue.seen, mapping: followed(decision, queue.seen.mapping), ...seen },
  memory: JSON.parse(JSON.stringify(memory)) as QueueMemory,
});

/** Decides for one queue alone. */
export const decideOne = (queue: QueueInput, nowMs = START_MS, account = ROOMY): QueueOutcome => {
  const outcome = decide({ nowMs, account, queues: { only: queue } }).only;
  if (outcome === undefined) throw new Error("a decision for each queue was expected, got none");
  return outcome;
};
