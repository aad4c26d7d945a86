import type { RecordReader, RecordWriter } from "../../lambdas/api/api.ts";
import { awaitsRedrive, type JobRecord } from "../../lib/core/job.ts";

export type MemoryApiRecords = RecordReader & RecordWriter & { readonly records: Map<string, JobRecord> };

/** Records in memory, with the rules of the API's reads and writes written a second time, without DynamoDB. */
export const memoryApiRecords = (): MemoryApiRecords => {
  const records = new Map<string, JobRecord>();
  const change = (id: string, isAsSeen: boolean, changed: Partial<JobRecord>): boolean => {
    const before = records.get(id);
    if (!isAsSeen || before === undefined) return false;
    records.set(id, { ...before, ...changed });
    return true;
  };
  const isDead = (job: JobRecord): boolean => job.status === "dead" && !awaitsRedrive(job);
  return {
    records,
    read: async (id) => records.get(id),
    listDead: async ({ types, limit, cursor = "9", diedBefore = "9", diedAfter = "0", fingerprint }) => {
      const found = [...records.values()]
        .filter((job) => types.includes(job.type) && isDead(job))
        .filter((job) => fingerprint === undefined || job.error?.fingerprint === fingerprint)
        .filter((job) => placeOf(job) < cursor && placeOf(job) < diedBefore && placeOf(job) >= diedAfter)
        .sort((one, other) => (placeOf(one) > placeOf(other) ? -1 : 1));
      const jobs = found.slice(0, limit);
      const last = jobs.at(-1);
      return { jobs, next: found.length > limit && last !== undefined ? placeOf(last) : undefined };
    },
    countDead: async (type) => [...records.values()].filter((job) => job.type === type && isDead(job)).length,
    cancel: async ({ id, type, status, claims, submittedAt }, nowMs) => {
      const now = new Date(nowMs).toISOString();
      const before = records.get(id);
      if (status === "queued") {
        if (before !== undefined) return false;
        const cancelled = { id, type, submittedAt, attempts: 0, claims: 0, history: [], finishedAt: now };
        records.set(id, { ...cancelled, status: "cancelled" });
        return true;
      }
      if (status === "running") {
        const { cancelRequestedAt = now } = before ?? {};
        return change(id, before?.status === "running", { cancelRequestedAt });
      }
      const waited = { heldUntilMs: undefined, input: undefined, inputReference: undefined };
      const isAsSeen = before?.status === status && before.claims === claims;
      return change(id, isAsSeen, { status: "cancelled", finishedAt: now, ...waited });
    },
    markRedrive: async ({ id, redrives }, redrive) => {
      const before = records.get(id);
      const isAsSeen = before?.status === "dead" && before.redrives === redrives;
      return change(id, isAsSeen, { redriveRequested: redrive });
    },
  };
};

const placeOf = ({ finishedAt, id }: JobRecord): string => `${finishedAt}#${id}`;
