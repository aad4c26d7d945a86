import { attemptsOf, awaitsRedrive, type JobRecord } from "../../lib/core/job.ts";

type Shown =
  | "tenant"
  | "attempts"
  | "submittedAt"
  | "startedAt"
  | "finishedAt"
  | "cancelRequestedAt"
  | "redrives"
  | "result"
  | "error";

/** What the API shows of a job. */
export type JobView = Pick<JobRecord, "id" | "type" | "status"> &
  Partial<Pick<JobRecord, Shown>> & {
    /** Why the result of a job that succeeded is not shown. */
    readonly resultUnavailable?: string;
  };

/** Cuts a record to what the API promises; a dead job that was sent to the queue again is `queued`. */
export const jobView = (record: JobRecord): JobView => {
  const { id, type, tenant, submittedAt, startedAt, cancelRequestedAt, result, error } = record;
  const isQueuedAgain = awaitsRedrive(record);
  return {
    id,
    type,
    status: isQueuedAgain ? "queued" : record.status,
    tenant,
    attempts: attemptsOf(record),
    submittedAt,
    startedAt,
    finishedAt: isQueuedAgain ? undefined : record.finishedAt,
    cancelRequestedAt,
    redrives: record.redrives === 0 ? undefined : record.redrives,
    result,
    error,
  };
};
