import { parseJobId } from "./job-id.ts";
import { isPayloadReference, type PayloadReference } from "./payload.ts";

/** A job on the queue: the message body, as JSON. Everything the worker needs, and nothing it has to look up. */
export type Envelope = {
  readonly version: 1;
  readonly id: string;
  readonly type: string;
  readonly tenant?: string | undefined;
  readonly submittedAt: string;
  /** Of the input, where the job was submitted with an idempotency key. */
  readonly inputDigest?: string | undefined;
  /** The how-many-eth redrive of the job this is, from 1; left out where it is none. */
  readonly redrive?: number | undefined;
} & (
  | { readonly input: unknown; readonly inputReference?: undefined }
  /** Where the input is, if it is too large for the message. */
  | { readonly input?: undefined; readonly inputReference: PayloadReference }
);

/**
 * Writes a message body: JSON, with the two characters escaped that JSON has as they are and SQS refuses.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const encodeEnvelope = (envelope: Envelope): string =>
  JSON.stringify(envelope).replaceAll("\uFFFE", "\\uFFFE").replaceAll("\uFFFF", "\\uFFFF");

type Fields = {
  readonly [Name in keyof Envelope]?: unknown;
};

/** Reads a message body of one queue; what is no job of that queue comes back with the reason. */
export const decodeEnvelope = (
  body: string,
  expected: { readonly type: string; readonly salt: string },
): { readonly envelope: Envelope } | { readonly malformed: string } => {
  const value = parseJson(body);
  if (value === undefined) return { malformed: "the body is not JSON" };
  if (typeof value !== "object" || value === null) return { malformed: "the body is not a JSON object" };
  const fields = value as Fields;
  const malformed = fault(fields, expected);
  if (malformed !== undefined) return { malformed };
  // `fault` has looked at every field.
  const { id, submittedAt, tenant, inputDigest, redrive, input, inputReference } = fields as Envelope;
  const head = { version: 1, id, type: expected.type, tenant, submittedAt, inputDigest, redrive } as const;
  return { envelope: inputReference === undefined ? { ...head, input } : { ...head, inputReference } };
};

const fault = (fields: Fields, expected: { readonly type: string; readonly salt: string }): string | undefined => {
  const { version, id, type, tenant, submittedAt, inputDigest, redrive, input, inputReference } = fields;
  if (version !== 1) return `version must be 1, got ${JSON.stringify(version)}`;
  if (type !== expected.type) return `type must be ${expected.type}, got ${JSON.stringify(type)}`;
  if (typeof id !== "string" || parseJobId(expected.salt, id)?.type !== type) {
    return `id must be one this stage issued, got ${JSON.stringify(id)}`;
  }
  if (typeof submittedAt !== "string" || Number.isNaN(Date.parse(submittedAt))) {
    return `submittedAt must be a time in ISO 8601, got ${JSON.stringify(submittedAt)}`;
  }
  if (tenant !== undefined && typeof tenant !== "string") return "tenant must be text";
  if (inputDigest !== undefined && typeof inputDigest !== "string") return "inputDigest must be text";
  if (redrive !== undefined && !(Number.isInteger(redrive) && Number(redrive) >= 1)) {
    return `redrive must be a whole number from 1, got ${JSON.stringify(redrive)}`;
  }
  if (inputReference !== undefined) {
    if (input !== undefined) return "input must be left out where inputReference is there";
    return isPayloadReference(inputReference) ? undefined : "inputReference must have key, sha256 and bytes";
  }
  return input === undefined ? "input must be there" : undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
