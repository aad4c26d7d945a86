import type { JobRecord } from "../../lib/core/job.ts";

/** What the API shows of a job. */
export type JobView = Pick<JobRecord, "id" | "type" | "status"> &
  Partial<Pick<JobRecord, "tenant" | "attempts" | "submittedAt" | "startedAt" | "finishedAt" | "result" | "error">>;

/** Cuts a record to what the API promises. */
export const jobView = (record: JobRecord): JobView => {
  const { id, type, status, tenant, attempts, submittedAt, startedAt, finishedAt, result, error } = record;
  return { id, type, status, tenant, attempts, submittedAt, startedAt, finishedAt, result, error };
};
