import { isJsonObject, type Json } from "./json.ts";

/** What a function said of its batch: the messages that stay in the queue, or that its answer counts for nothing. */
export type BatchOutcome =
  | { readonly kind: "answered"; readonly failedIds: ReadonlySet<string> }
  | { readonly kind: "malformed" };

const ALL_SUCCEEDED: BatchOutcome = { kind: "answered", failedIds: new Set() };
const MALFORMED: BatchOutcome = { kind: "malformed" };

/**
 * Reads a function's answer as `ReportBatchItemFailures` defines it.
 *
 * No answer, or no list in it, is success of the whole batch; an answer that cannot be read, or that names what was not
 * in the batch, is failure of the whole batch.
 *
 * @param payload JSON
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const readBatchResponse = (payload: string, messageIds: ReadonlySet<string>): BatchOutcome => {
  const response: Json = JSON.parse(payload);
  if (response === null) return ALL_SUCCEEDED;
  if (!isJsonObject(response)) return MALFORMED;
  const failures = response.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return MALFORMED;
  const failedIds = failures.map((failure: Json) => (isJsonObject(failure) ? failure.itemIdentifier : undefined));
  const known = failedIds.filter((id): id is string => typeof id === "string" && messageIds.has(id));
  return known.length === failedIds.length ? { kind: "answered", failedIds: new Set(known) } : MALFORMED;
};
