import { awaitsRedrive, isFinished, type JobRecord } from "../../lib/core/job.ts";
import type { Api } from "./api.ts";
import { findJob } from "./find-job.ts";
import { type ApiResponse, ProblemError, unavailable } from "./http.ts";

/** A job that changes under each of so many tries is busier than any real one. */
const ROUNDS = 3;

/**
 * `POST /jobs/{id}/cancel`: ends a job that waits, asks the worker of one that runs.
 *
 * Whether it waits or runs is decided by the write, not by the read before it: a job that was claimed in between is
 * looked at again.
 */
export const cancelJob = async (api: Api, id: string): Promise<ApiResponse> => {
  const { type, submittedAtMs } = findJob(api, id);
  for (let round = 1; round <= ROUNDS; round += 1) {
    const record = await api.records.read(id, { isConsistent: true });
    if (record?.status === "cancelled") return accepted(id, type, "cancelled");
    refuseFinished(record);
    const nowMs = api.clock.nowMs();
    const submittedAt = new Date(submittedAtMs ?? nowMs).toISOString();
    const seen = record ?? { id, type, status: "queued", claims: 0, submittedAt };
    if (await api.writer.cancel(seen, nowMs)) {
      return accepted(id, type, seen.status === "running" ? "running" : "cancelled");
    }
  }
  throw unavailable(`job ${id} changed each time it was about to be cancelled; send the request again`);
};

const accepted = (id: string, type: string, status: "running" | "cancelled"): ApiResponse => ({
  status: 202,
  headers: { location: `/jobs/${id}` },
  body: { id, type, status },
});

const refuseFinished = (record: JobRecord | undefined): void => {
  if (record === undefined || !isFinished(record.status) || awaitsRedrive(record)) return;
  const { id, status } = record;
  throw new ProblemError("job-finished", `job ${id} is ${status}: only a job that has not ended can be cancelled`);
};
