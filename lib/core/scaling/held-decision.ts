import { ESM_INVOCATIONS_PER_POLLER } from "../limits.ts";
import type { QueueView } from "./account-shares.ts";
import { LEAST_POLLERS } from "./pollers.ts";
import type { QueueMemory } from "./queue-memory.ts";
import {
  LEAST_LIMIT,
  type ManualControl,
  MOST_LIMIT,
  type Pollers,
  type QueueBounds,
  type QueueDecision,
} from "./queue-scaling.ts";

/** A decision, with what is to be remembered of how it came about. */
export type Decided = { readonly decision: QueueDecision } & Pick<
  QueueMemory,
  "limit" | "easing" | "share" | "isShort" | "pollers"
>;

/** How a mapping is set so that it has no more than some invocations at once; no limit leaves the stage's own settings. */
export const settingsFor = (
  { ceiling, provisioned }: QueueBounds,
  limit: number | undefined,
  minimum: number = provisioned?.min ?? 0,
): { readonly limit: number | undefined; readonly pollers: Pollers | undefined; readonly isLimited: boolean } => {
  if (provisioned === undefined) {
    const least = Math.min(limit ?? Number.POSITIVE_INFINITY, ceiling ?? Number.POSITIVE_INFINITY);
    const whole = Number.isFinite(least) ? Math.max(LEAST_LIMIT, Math.min(MOST_LIMIT, Math.floor(least))) : undefined;
    return {
      limit: whole,
      pollers: undefined,
      isLimited: whole !== undefined && whole < (ceiling ?? Number.POSITIVE_INFINITY),
    };
  }
  const allowed = limit === undefined ? provisioned.max : Math.floor(limit / ESM_INVOCATIONS_PER_POLLER);
  const max = Math.max(LEAST_POLLERS, Math.min(provisioned.max, allowed));
  return { limit: undefined, pollers: { min: Math.min(minimum, max), max }, isLimited: max < provisioned.max };
};

/** Does what a person has said, within what the stage and Lambda allow. What the policy knows is kept for later. */
export const manualDecision = (type: string, { bounds, memory }: QueueView, manual: ManualControl): Decided => {
  const since = new Date(manual.sinceMs).toISOString();
  const base = { wantsProbe: false, needsCloseLook: false, isManual: true };
  if (manual.kind === "pause") {
    const { limit, pollers } = settingsFor(bounds, memory?.limit, memory?.pollers?.min);
    const reason = `paused by hand since ${since}, until POST /queues/${type}/resume`;
    const decision: QueueDecision = { ...base, mode: "paused", limit, pollers, isEnabled: false, reason };
    return { decision, limit: memory?.limit, pollers: memory?.pollers };
  }
  const { limit, pollers, isLimited } = settingsFor(bounds, manual.limit);
  const most = pollers === undefined ? limit : pollers.max * ESM_INVOCATIONS_PER_POLLER;
  const reason =
    most === manual.limit
      ? `fixed at ${most} by hand since ${since}`
      : `fixed at ${most} by hand since ${since}: ${manual.limit} is not what the stage and Lambda allow`;
  const mode = isLimited ? "limited" : "open";
  return { decision: { ...base, mode, limit, pollers, isEnabled: true, reason }, limit: most };
};

/** Stays with the last decision, or with the mapping as it is, until Lambda takes a change again. */
export const decisionWhileChanging = ({ bounds, seen, memory }: QueueView): QueueDecision => {
  const { mapping, manual } = seen;
  const last = memory?.last;
  if (last !== undefined) {
    const isSame = manual?.kind === memory?.manual && (manual?.kind !== "limit" || manual.limit === memory?.limit);
    return isSame ? last : { ...last, needsCloseLook: true };
  }
  const { isLimited } = settingsFor(bounds, mapping.limit);
  return {
    mode: mapping.isEnabled ? (isLimited ? "limited" : "open") : "paused",
    limit: mapping.limit,
    isEnabled: mapping.isEnabled,
    pollers: mapping.pollers,
    reason: "the mapping is being changed, and stays as it is until Lambda takes another change",
    wantsProbe: false,
    needsCloseLook: true,
    isManual: false,
  };
};
