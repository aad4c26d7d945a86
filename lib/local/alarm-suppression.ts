import type { AlarmState } from "./alarm-state.ts";

/** What keeps a composite alarm from its actions; times in milliseconds since 1970. */
export type SuppressionMemory = {
  /** The state whose actions were performed last. */
  readonly performed: AlarmState;
  /** When the composite alarm changed last. */
  readonly changedMs: number;
  /** When the suppressor was last seen in ALARM. */
  readonly suppressedMs: number | undefined;
};

/** As CloudWatch names it. */
export type SuppressedBy = "Alarm" | "WaitPeriod" | "ExtensionPeriod";

export type SuppressionStep = {
  readonly memory: SuppressionMemory;
  /** What keeps the actions back; none where nothing waits. */
  readonly by: SuppressedBy | undefined;
  /** The actions of the composite alarm's state are to be performed now. */
  readonly isPerforming: boolean;
};

/**
 * Decides whether a composite alarm performs its actions.
 *
 * While its suppressor is in ALARM it does not, nor for the extension period after that. After a change it waits for the
 * suppressor as long as the wait period; what changes back meanwhile is never told.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-suppression.html
 */
export const suppress = (
  memory: SuppressionMemory,
  seen: {
    readonly nowMs: number;
    readonly state: AlarmState;
    readonly isSuppressing: boolean;
    readonly waitMs: number;
    readonly extensionMs: number;
  },
): SuppressionStep => {
  const { nowMs, state, isSuppressing, waitMs, extensionMs } = seen;
  const suppressedMs = isSuppressing ? nowMs : memory.suppressedMs;
  const held = { ...memory, suppressedMs };
  if (state === memory.performed) return { memory: held, by: undefined, isPerforming: false };
  const by = (reason: SuppressedBy): SuppressionStep => ({ memory: held, by: reason, isPerforming: false });
  if (isSuppressing) return by("Alarm");
  if (suppressedMs !== undefined && nowMs < suppressedMs + extensionMs) return by("ExtensionPeriod");
  // A suppressor that has been in ALARM since the change is not waited for any more.
  const hasSuppressed = suppressedMs !== undefined && suppressedMs >= memory.changedMs;
  if (!hasSuppressed && nowMs < memory.changedMs + waitMs) return by("WaitPeriod");
  return { memory: { ...held, performed: state }, by: undefined, isPerforming: true };
};
