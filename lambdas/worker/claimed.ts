import type { Envelope } from "../../lib/core/envelope.ts";
import { appendNote, isFinished, type JobRecord } from "../../lib/core/job.ts";
import { lostNote } from "./lost-attempt.ts";
import type { Claim, Claimed, Lease } from "./record-store.ts";

/**
 * Says what a claim got, from the record as it was before.
 *
 * An attempt that was lost in company is not charged: any of the jobs that ran there may have been the culprit.
 */
export const claimedAfter = (envelope: Envelope, holder: string, before: JobRecord | undefined): Claimed => {
  const isRedrive = before?.status === "dead";
  const wasLost = before?.status === "running";
  const ranAlone = before?.aloneClaim !== undefined && before.aloneClaim === before.claims;
  const charged = isRedrive ? 0 : (before?.attempts ?? 0) + (wasLost && ranAlone ? 1 : 0);
  const history = before?.history ?? [];
  return {
    kind: "claimed",
    envelope,
    attempt: charged + 1,
    fence: (before?.claims ?? 0) + 1,
    holder,
    history: wasLost ? appendNote(history, lostNote(before.attempts + 1, before.startedAt ?? "")) : history,
    wasLost,
    isAlone: wasLost || before?.aloneClaim !== undefined,
    isCancelRequested: !isRedrive && before?.cancelRequestedAt !== undefined,
  };
};

/** Says what a claim got whose answer was lost: the record is as the claim itself has left it. */
const claimedBefore = (envelope: Envelope, record: JobRecord): Claimed => {
  const { claimedFrom = "queued", holder = "", claims } = record;
  const before: JobRecord | undefined =
    claimedFrom === "queued" ? undefined : { ...record, status: claimedFrom, claims: claims - 1 };
  return claimedAfter(envelope, holder, before);
};

/** Says why a claim was refused, from the record that refused it. */
export const refusedBy = (envelope: Envelope, lease: Lease, record: JobRecord | undefined): Claim => {
  if (record === undefined) return { kind: "not-yet", untilMs: lease.nowMs };
  if (record.status === "running" && record.holder === lease.holder) return claimedBefore(envelope, record);
  if (isFinished(record.status)) return { kind: "finished", status: record.status };
  return { kind: "not-yet", untilMs: record.heldUntilMs ?? lease.nowMs };
};
