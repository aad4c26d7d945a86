import { isSluiceError, SluiceError } from "../../core/errors.ts";
import { REGION } from "../aws.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** The endpoint checks no signature, but dynalite asks for one that looks right. */
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=local/20000101/${REGION}/local/aws4_request, SignedHeaders=host, Signature=local`;

/**
 * Calls an operation of a service by its `X-Amz-Target`, as an SDK would.
 *
 * @throws AwsCallFailed with what the service answered
 */
export const callAws = async (awsUrl: string, target: string, input: JsonObject): Promise<JsonObject> => {
  const response = await fetch(awsUrl, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      "x-amz-date": "20000101T000000Z",
      authorization: AUTHORIZATION,
      connection: "close",
    },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  const answer = text === "" ? {} : (JSON.parse(text) as Json);
  if (response.ok && isJsonObject(answer)) return answer;
  throw new SluiceError("AwsCallFailed", `${target} must succeed, got ${text}`, { cause: answer });
};

/** Tells which refusal of AWS made {@link callAws} fail. */
export const hasAwsCode = (error: unknown, code: string): boolean =>
  isSluiceError(error) && isJsonObject(error.cause) && String(error.cause.__type).endsWith(`#${code}`);
