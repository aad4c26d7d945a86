import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type AttemptNote, JOB_STATUSES, type JobRecord, type JobStatus } from "../../lib/core/job.ts";
import type { JobError } from "../../lib/core/outcome.ts";
import { isPayloadReference, type PayloadReference } from "../../lib/core/payload.ts";

/** An item as DynamoDB takes and gives it. */
export type Item = Readonly<Record<string, AttributeValue>>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
/** JSON that the table need not look into. */
export const json = (value: unknown): AttributeValue => ({ S: JSON.stringify(value) });
/** A map, so that a filter can reach `error.fingerprint`. */
export const errorMap = (error: JobError): AttributeValue => ({
  M: { code: text(error.code), message: text(error.message), fingerprint: text(error.fingerprint) },
});

/** Reads a job's record from its item; undefined if it is none. */
export const recordOf = (item: Item): JobRecord | undefined => {
  const id = /^job#(.+)$/.exec(item.pk?.S ?? "")?.[1];
  const status = statusOf(item.status);
  if (id === undefined || status === undefined) return undefined;
  return withoutUndefined({
    id,
    status,
    type: item.type?.S ?? "",
    tenant: item.tenant?.S,
    attempts: Number(item.attempts?.N ?? 0),
    claims: Number(item.claims?.N ?? 0),
    submittedAt: item.submittedAt?.S ?? "",
    startedAt: item.startedAt?.S,
    finishedAt: item.finishedAt?.S,
    heldUntilMs: numberOf(item.heldUntilMs),
    result: jsonOf(item.result),
    resultReference: referenceOf(item.resultReference),
    error: errorOf(item.error),
    history: historyOf(item.history),
    inputDigest: item.inputDigest?.S,
    input: jsonOf(item.input),
    inputReference: referenceOf(item.inputReference),
    holder: item.holder?.S,
    claimedFrom: statusOf(item.claimedFrom),
    aloneClaim: numberOf(item.aloneClaim),
    cancelRequestedAt: item.cancelRequestedAt?.S,
    redrives: numberOf(item.redrives),
    redriveRequested: numberOf(item.redriveRequested),
  });
};

const numberOf = (value: AttributeValue | undefined): number | undefined =>
  value?.N === undefined ? undefined : Number(value.N);

const jsonOf = (value: AttributeValue | undefined): unknown =>
  value?.S === undefined ? undefined : JSON.parse(value.S);

const statusOf = (value: AttributeValue | undefined): JobStatus | undefined =>
  JOB_STATUSES.find((known) => known === value?.S);

const referenceOf = (value: AttributeValue | undefined): PayloadReference | undefined => {
  const reference = jsonOf(value);
  return isPayloadReference(reference) ? reference : undefined;
};

const historyOf = (value: AttributeValue | undefined): readonly AttemptNote[] =>
  value?.S === undefined ? [] : (JSON.parse(value.S) as readonly AttemptNote[]);

const errorOf = (value: AttributeValue | undefined): JobError | undefined => {
  const { code, message, fingerprint } = value?.M ?? {};
  if (code?.S === undefined) return undefined;
  return { code: code.S, message: message?.S ?? "", fingerprint: fingerprint?.S ?? "" };
};

const withoutUndefined = (record: JobRecord): JobRecord =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as JobRecord;
