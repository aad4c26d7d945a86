import { parseJobId } from "./job-id.ts";

/** A job on the queue: the message body, as JSON. Everything the worker needs, and nothing it has to look up. */
export type Envelope = {
  readonly version: 1;
  readonly id: string;
  readonly type: string;
  readonly tenant?: string | undefined;
  readonly submittedAt: string;
  /** Of the input, where the job was submitted with an idempotency key. */
  readonly inputDigest?: string | undefined;
  readonly input: unknown;
};

/** Writes a message body. */
export const encodeEnvelope = (envelope: Envelope): string => JSON.stringify(envelope);

/** Reads a message body of one queue; what is no job of that queue comes back with the reason. */
export const decodeEnvelope = (
  body: string,
  expected: { readonly type: string; readonly salt: string },
): { readonly envelope: Envelope } | { readonly malformed: string } => {
  const value = parseJson(body);
  if (value === undefined) return { malformed: "the body is not JSON" };
  if (typeof value !== "object" || value === null) return { malformed: "the body is not a JSON object" };
  const { version, id, type, tenant, submittedAt, inputDigest, input } = value as Partial<
    Record<keyof Envelope, unknown>
  >;
  if (version !== 1) return { malformed: `version must be 1, got ${JSON.stringify(version)}` };
  if (type !== expected.type) return { malformed: `type must be ${expected.type}, got ${JSON.stringify(type)}` };
  if (typeof id !== "string" || parseJobId(expected.salt, id)?.type !== type) {
    return { malformed: `id must be one this stage issued, got ${JSON.stringify(id)}` };
  }
  if (typeof submittedAt !== "string" || Number.isNaN(Date.parse(submittedAt))) {
    return { malformed: `submittedAt must be a time in ISO 8601, got ${JSON.stringify(submittedAt)}` };
  }
  if (tenant !== undefined && typeof tenant !== "string") return { malformed: "tenant must be text" };
  if (inputDigest !== undefined && typeof inputDigest !== "string") return { malformed: "inputDigest must be text" };
  if (input === undefined) return { malformed: "input must be there" };
  return { envelope: { version, id, type: expected.type, tenant, submittedAt, inputDigest, input } };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
