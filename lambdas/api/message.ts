import { encodeEnvelope } from "../../lib/core/envelope.ts";
import { INLINE_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { inputKey, type PayloadReference } from "../../lib/core/payload.ts";
import { sha256Of } from "../shared/s3-payload-store.ts";
import type { Api, OutgoingMessage } from "./api.ts";
import { unavailable } from "./http.ts";
import type { Submission } from "./submission.ts";

/** A job that is ready to be sent. */
export type Message = OutgoingMessage & { readonly id: string };

/**
 * Makes the message of a submitted job; an input that is too large for it is in the payload bucket by then.
 *
 * @throws ProblemError `unavailable`
 */
export const messageOf = async (api: Api, submission: Submission): Promise<Message> => {
  const { id, type, tenant, delaySeconds, submittedAt, inputDigest, input, inputJson } = submission;
  const head = { version: 1, id, type, tenant, submittedAt, inputDigest } as const;
  const isInline = Buffer.byteLength(inputJson) <= INLINE_PAYLOAD_BYTES;
  const envelope = isInline ? { ...head, input } : { ...head, inputReference: await kept(api, id, inputJson) };
  return { id, body: encodeEnvelope(envelope), tenant, delaySeconds };
};

const kept = async (api: Api, id: string, json: string): Promise<PayloadReference> => {
  try {
    return await api.payloads.put(inputKey(id, sha256Of(json)), json);
  } catch (error) {
    api.log("input.not-kept", { id, error: describeError(error) });
    throw unavailable("the payload bucket, which keeps large inputs, did not take the job's; send it again");
  }
};
