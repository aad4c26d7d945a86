import type { Api } from "./api.ts";
import { findQueue } from "./find-queue.ts";
import { type ApiRequest, type ApiResponse, jsonBody, ProblemError, unavailable } from "./http.ts";
import { messageOf } from "./message.ts";
import { idempotencyKeyOf, type Submission, submissionOf } from "./submission.ts";

/** `POST /jobs/{type}`: checks the job and sends it; one send to the queue stands between a request and its 202. */
export const submitJob = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const { queueUrl } = findQueue(api, type);
  const idempotencyKey = idempotencyKeyOf(request.headers);
  const submission = await submissionOf(api, type, jsonBody(request), { path: "", idempotencyKey });
  await refuseReusedKey(api, submission);
  const message = await messageOf(api, submission);
  const [failure] = await api.sender.send(queueUrl, [message]);
  if (failure !== undefined) {
    api.log("job.not-sent", { id: message.id, reason: failure });
    throw unavailable("the queue did not take the job; send it again");
  }
  const location = `/jobs/${message.id}`;
  return { status: 202, headers: { location }, body: { id: message.id, type, status: "queued" } };
};

/** A read of its own kind: eventually consistent, because the claim is what keeps a duplicate from running. */
const refuseReusedKey = async (api: Api, { id, inputDigest }: Submission): Promise<void> => {
  if (inputDigest === undefined) return;
  const record = await api.records.read(id, { isConsistent: false });
  if (record === undefined || record.inputDigest === inputDigest) return;
  if (record.inputDigest !== undefined) {
    throw new ProblemError("idempotency-key-reused", `job ${id} has this Idempotency-Key and another input`);
  }
  // Its input was in its message alone: whether this is the same job or another, it would not run.
  if (record.status === "cancelled") {
    const what = `job ${id}, which has this Idempotency-Key, was cancelled before it started`;
    throw new ProblemError("job-finished", `${what}: take another key to submit it again`);
  }
};
