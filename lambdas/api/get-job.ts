import { LAMBDA_MAX_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { PayloadReference } from "../../lib/core/payload.ts";
import { PayloadUnusable } from "../shared/payload-store.ts";
import type { Api } from "./api.ts";
import { findJob } from "./find-job.ts";
import type { ApiResponse } from "./http.ts";
import { type JobView, jobView } from "./job-view.ts";

/** Left for the rest of an answer, in bytes. */
const REST_BYTES = 16_384;

/** `GET /jobs/{id}`: an id that this stage issued and that has no record yet is a job that no worker has met: `queued`. */
export const getJob = async (api: Api, id: string): Promise<ApiResponse> => {
  const { type, submittedAtMs } = findJob(api, id);
  const record = await api.records.read(id, { isConsistent: true });
  if (record === undefined) {
    const submittedAt = submittedAtMs === undefined ? undefined : new Date(submittedAtMs).toISOString();
    const queued: JobView = { id, type, status: "queued", attempts: 0, submittedAt };
    return { status: 200, body: queued };
  }
  const kept = record.resultReference === undefined ? {} : await keptResult(api, id, record.resultReference);
  return { status: 200, body: { ...jobView(record), ...kept } };
};

/** Reads a result from the payload bucket. The job is answered without it too: what became of it is known. */
const keptResult = async (
  api: Api,
  id: string,
  reference: PayloadReference,
): Promise<Pick<JobView, "result" | "resultUnavailable">> => {
  try {
    const result = await api.payloads.get(reference);
    if (fitsAnAnswer(result)) return { result };
    return { resultUnavailable: `the result takes more than an answer can hold; it is at ${reference.key}` };
  } catch (error) {
    api.log("result.unavailable", { id, error: describeError(error) });
    if (error instanceof PayloadUnusable) return { resultUnavailable: error.message };
    return { resultUnavailable: "the payload bucket did not answer; read the job again" };
  }
};

/** A function's answer holds the response as text in JSON, where each quote and each backslash takes two bytes. */
const fitsAnAnswer = (result: unknown): boolean =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(result))) <= LAMBDA_MAX_PAYLOAD_BYTES - REST_BYTES;
