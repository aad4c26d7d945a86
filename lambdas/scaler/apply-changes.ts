import { describeError } from "../../lib/core/outcome.ts";
import type { MappingChange } from "../../lib/core/scaling/mapping-change.ts";
import type { MappingSeen, QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";
import { within } from "../shared/within.ts";
import { mappingDifference } from "./mapping-difference.ts";
import type { ObservedQueue } from "./observe-queues.ts";
import type { ChangeEnd, KeptQueues, Scaler } from "./scaler.ts";
import { CHANGE_MS } from "./time-limits.ts";

/** What is to be changed of one mapping. */
export type PlannedChange = {
  readonly type: string;
  readonly mappingId: string;
  readonly before: MappingSeen;
  readonly decision: QueueDecision;
  readonly change: MappingChange;
};

/** Returns what differs between the decisions and the mappings as they were seen. */
export const plannedChanges = (
  queues: KeptQueues,
  observed: Readonly<Record<string, ObservedQueue>>,
): readonly PlannedChange[] =>
  Object.entries(observed).flatMap(([type, { seen, mappingId }]) => {
    const decision = queues[type]?.decision;
    const change = decision === undefined ? undefined : mappingDifference(decision, seen.mapping);
    if (decision === undefined || change === undefined) return [];
    return [{ type, mappingId, before: seen.mapping, decision, change }];
  });

/**
 * Makes mappings follow the decisions, each on its own, with one line in the log for each change.
 *
 * @returns false if a change could not be made yet, and is worth another try soon
 */
export const applyChanges = async (scaler: Scaler, changes: readonly PlannedChange[]): Promise<boolean> => {
  const ends = await Promise.all(changes.map((change) => apply(scaler, change)));
  return !ends.some((end) => end === "busy" || end === "throttled");
};

const apply = async (scaler: Scaler, planned: PlannedChange): Promise<ChangeEnd | "failed"> => {
  const { type: queue, before, decision } = planned;
  try {
    const end = await change(scaler, planned);
    if (end === "changed") {
      const { mode, reason } = decision;
      scaler.log("queue.changed", { queue, from: settingsOf(before), to: settingsOf(decision), mode, reason });
    } else {
      scaler.log("queue.unchanged", { queue, to: settingsOf(decision), why: WHY_NOT[end] });
    }
    return end;
  } catch (error) {
    scaler.log("queue.unchanged", { queue, to: settingsOf(decision), why: describeError(error) });
    return "failed";
  }
};

const change = ({ clock, mappings }: Scaler, planned: PlannedChange): Promise<ChangeEnd> | ChangeEnd =>
  // Lambda would refuse it.
  planned.before.isChanging
    ? "busy"
    : within(clock, CHANGE_MS, (signal) => mappings.change(planned.mappingId, planned.change, signal));

const WHY_NOT = {
  busy: "Lambda is at an earlier change of the mapping; the next look tries again",
  throttled: "Lambda takes no more control calls at this time; the next look tries again",
  missing: "the mapping is gone; the next look searches the queue's new one",
} as const;

const settingsOf = ({ limit, isEnabled, pollers }: MappingSeen | QueueDecision) => ({
  limit: limit ?? null,
  isEnabled,
  ...(pollers === undefined ? {} : { pollers }),
});
