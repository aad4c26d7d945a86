import { lostNote } from "../../lambdas/worker/lost-attempt.ts";
import type { Claimed, RecordStore } from "../../lambdas/worker/record-store.ts";
import { isFinished, type JobRecord } from "../../lib/core/job.ts";

export type MemoryRecordStore = RecordStore & {
  readonly records: Map<string, JobRecord>;
  readonly requestCancel: (id: string) => void;
};

/** Records in memory, with the rules of a claim and a settlement written a second time, without DynamoDB. */
export const memoryRecordStore = (): MemoryRecordStore => {
  const records = new Map<string, JobRecord>();
  const answers = new Map<string, Claimed>();
  const holds = ({ envelope, fence }: Claimed): JobRecord | undefined => {
    const record = records.get(envelope.id);
    return record?.status === "running" && record.claims === fence ? record : undefined;
  };
  const isDone = ({ envelope, fence, holder }: Claimed, test: (record: JobRecord) => boolean): boolean => {
    const record = records.get(envelope.id);
    return record?.claims === fence && record.holder === holder && test(record);
  };
  return {
    records,
    requestCancel: (id) => {
      const record = records.get(id);
      if (record?.status === "running") records.set(id, { ...record, cancelRequestedAt: "now" });
    },
    isCancelRequested: async (id) => records.get(id)?.cancelRequestedAt !== undefined,
    claim: async (envelope, { nowMs, untilMs, holder }) => {
      const before = records.get(envelope.id);
      const isOwn = before?.status === "running" && before.holder === holder;
      const own = answers.get(holder);
      if (isOwn && own !== undefined) return own;
      const { redrive } = envelope;
      const isRedrive = before?.status === "dead" && redrive !== undefined && (before.redrives ?? 0) === redrive - 1;
      if (before !== undefined && isFinished(before.status) && !isRedrive) {
        return { kind: "finished", status: before.status };
      }
      const isHeld = before?.heldUntilMs !== undefined && before.heldUntilMs >= nowMs;
      const isOtherRound = redrive !== undefined && before !== undefined && !isRedrive && before.redrives !== redrive;
      if (before !== undefined && (isHeld || isOtherRound)) {
        return { kind: "not-yet", untilMs: before.heldUntilMs ?? nowMs };
      }
      const wasLost = before?.status === "running";
      const isCharged = wasLost && before.aloneClaim === before.claims;
      const charged = isRedrive ? 0 : (before?.attempts ?? 0);
      const claims = (before?.claims ?? 0) + 1;
      const history = before?.history ?? [];
      const { id, type, tenant, submittedAt } = envelope;
      const { cancelRequestedAt: _, ...ofTheDead } = before ?? {};
      records.set(id, {
        ...(isRedrive ? ofTheDead : before),
        id,
        type,
        tenant,
        status: "running",
        attempts: charged,
        claims,
        submittedAt,
        startedAt: new Date(nowMs).toISOString(),
        heldUntilMs: untilMs,
        history,
        holder,
        ...(redrive === undefined ? {} : { redrives: redrive }),
      });
      const claimed: Claimed = {
        kind: "claimed",
        envelope,
        attempt: charged + (isCharged ? 2 : 1),
        fence: claims,
        holder,
        history: wasLost ? [...history, lostNote(charged + 1, before.startedAt ?? "")].slice(-10) : history,
        wasLost,
        isAlone: wasLost || before?.aloneClaim !== undefined,
        isCancelRequested: !isRedrive && before?.cancelRequestedAt !== undefined,
      };
      answers.set(holder, claimed);
      return claimed;
    },
    markAlone: async (claim) => {
      const record = holds(claim);
      if (record === undefined)
        return isDone(claim, ({ aloneClaim }) => aloneClaim === claim.fence) ? "settled" : "superseded";
      const { attempt, fence, history } = claim;
      records.set(record.id, { ...record, aloneClaim: fence, attempts: attempt - 1, history });
      return "settled";
    },
    settle: async (claim, nowMs, settlement) => {
      const before = holds(claim);
      if (before === undefined)
        return isDone(claim, ({ status }) => status === settlement.status) ? "settled" : "superseded";
      const { heldUntilMs: _, ...rest } = before;
      const finishedAt = settlement.status === "retrying" ? undefined : new Date(nowMs).toISOString();
      const { input, inputReference } = claim.envelope;
      const kept = settlement.status === "dead" ? { input, inputReference } : {};
      const held = settlement.status === "retrying" ? { heldUntilMs: settlement.notBeforeMs - 1_000 } : {};
      const alone = settlement.status === "retrying" && claim.isAlone ? { aloneClaim: 0 } : {};
      const error =
        settlement.status === "succeeded"
          ? undefined
          : (("error" in settlement ? settlement.error : undefined) ?? before.error);
      records.set(before.id, { ...rest, ...settlement, error, ...kept, ...held, ...alone, finishedAt });
      return "settled";
    },
  };
};
