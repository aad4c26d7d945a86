import type { RecordStore } from "../../lambdas/worker/record-store.ts";
import { isFinished, type JobRecord } from "../../lib/core/job.ts";

export type MemoryRecordStore = RecordStore & { readonly records: Map<string, JobRecord> };

/** Records in memory, with the rules of a claim and a settlement written a second time, without DynamoDB. */
export const memoryRecordStore = (): MemoryRecordStore => {
  const records = new Map<string, JobRecord>();
  return {
    records,
    claim: async (envelope, nowMs, leaseUntilMs) => {
      const before = records.get(envelope.id);
      if (before !== undefined && isFinished(before.status)) return { kind: "finished", status: before.status };
      if (before?.heldUntilMs !== undefined && before.heldUntilMs >= nowMs) {
        return { kind: "not-yet", untilMs: before.heldUntilMs };
      }
      const { id, type, tenant, submittedAt } = envelope;
      const attempts = (before?.attempts ?? 0) + 1;
      const claims = (before?.claims ?? 0) + 1;
      const history = before?.history ?? [];
      const startedAt = new Date(nowMs).toISOString();
      records.set(id, {
        id,
        type,
        tenant,
        status: "running",
        attempts,
        claims,
        submittedAt,
        startedAt,
        heldUntilMs: leaseUntilMs,
        history,
      });
      const lostAttemptStartedAt = before?.status === "running" ? before.startedAt : undefined;
      return { kind: "claimed", envelope, attempt: attempts, fence: claims, history, lostAttemptStartedAt };
    },
    settle: async ({ envelope, fence }, nowMs, settlement) => {
      const before = records.get(envelope.id);
      if (before?.status !== "running" || before.claims !== fence) return "superseded";
      const { heldUntilMs: _, ...rest } = before;
      const finishedAt = settlement.status === "retrying" ? undefined : new Date(nowMs).toISOString();
      const input = settlement.status === "dead" ? { input: envelope.input } : {};
      const held = settlement.status === "retrying" ? { heldUntilMs: settlement.notBeforeMs - 1_000 } : {};
      records.set(envelope.id, { ...rest, ...settlement, ...input, ...held, finishedAt });
      return "settled";
    },
  };
};
