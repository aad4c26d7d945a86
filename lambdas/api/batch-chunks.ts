import { SQS_MAX_BATCH_BYTES, SQS_MAX_BATCH_ENTRIES } from "../../lib/core/limits.ts";
import type { OutgoingMessage } from "./api.ts";

/** A message, and its place among all that are to be sent. */
export type Entry = { readonly index: number; readonly message: OutgoingMessage };

/** Splits messages into what one call takes: up to 10, and up to 1 MiB together. */
export const batchChunks = (messages: readonly OutgoingMessage[]): readonly (readonly Entry[])[] => {
  const chunks: Entry[][] = [];
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = sizeOf(message);
    const last = chunks.at(-1);
    if (last === undefined || last.length === SQS_MAX_BATCH_ENTRIES || bytes + size > SQS_MAX_BATCH_BYTES) {
      chunks.push([{ index, message }]);
      bytes = size;
    } else {
      last.push({ index, message });
      bytes += size;
    }
  }
  return chunks;
};

/** Attributes count, with their names and types. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
const sizeOf = ({ body, attributes = {} }: OutgoingMessage): number =>
  Object.entries(attributes).reduce(
    (sum, [name, { dataType, stringValue = "", binaryValue }]) =>
      sum + Buffer.byteLength(`${name}${dataType}${stringValue}`) + (binaryValue?.length ?? 0),
    Buffer.byteLength(body),
  );
