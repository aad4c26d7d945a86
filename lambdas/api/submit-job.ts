import type { Api } from "./api.ts";
import { type ApiRequest, type ApiResponse, jsonBody, ProblemError } from "./http.ts";
import { idempotencyKeyOf, type Message, messageOf, unknownType } from "./submission.ts";

/** `POST /jobs/{type}`: checks the job and sends it; one send to the queue stands between a request and its 202. */
export const submitJob = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const queue = api.queues[type];
  if (queue === undefined) throw new ProblemError("unknown-job-type", unknownType(api, type));
  const idempotencyKey = idempotencyKeyOf(request.headers);
  const message = await messageOf(api, type, jsonBody(request), { path: "", idempotencyKey });
  await refuseReusedKey(api, message);
  const [failure] = await api.sender.send(queue.queueUrl, [message]);
  if (failure !== undefined) {
    api.log("job.not-sent", { id: message.id, reason: failure });
    throw new ProblemError("unavailable", "the queue did not take the job; send it again", undefined, {
      "retry-after": "1",
    });
  }
  const location = `/jobs/${message.id}`;
  return { status: 202, headers: { location }, body: { id: message.id, type, status: "queued" } };
};

/** A read of its own kind: eventually consistent, because the claim is what keeps a duplicate from running. */
export const refuseReusedKey = async (api: Api, message: Message): Promise<void> => {
  if (message.inputDigest === undefined) return;
  const record = await api.records.read(message.id, { isConsistent: false });
  if (record?.inputDigest === undefined || record.inputDigest === message.inputDigest) return;
  throw new ProblemError("idempotency-key-reused", `job ${message.id} has this Idempotency-Key and another input`);
};
