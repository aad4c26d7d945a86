import { REGION } from "./aws.ts";
import type { MessageAttribute, QueueMessage } from "./wire/messages.ts";

/** Returns a message as a record of the event that Lambda hands to a function. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsRecord = (message: QueueMessage, queueArn: string): object => ({
  messageId: message.messageId,
  receiptHandle: message.receiptHandle,
  body: message.body,
  attributes: message.attributes,
  messageAttributes: Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, attribute]) => [name, attributeOf(attribute)]),
  ),
  ...(message.md5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: message.md5OfMessageAttributes }),
  md5OfBody: message.md5OfBody,
  eventSource: "aws:sqs",
  eventSourceARN: queueArn,
  awsRegion: REGION,
});

const attributeOf = ({ DataType, StringValue, BinaryValue }: MessageAttribute): object => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

/** A batch that fits into one invocation. */
export type SqsBatch = { readonly messages: readonly QueueMessage[] /** JSON. */; readonly payload: string };

/** Returns the events that hand over messages, in as few invocations as their size allows. */
export const sqsBatches = (
  messages: readonly QueueMessage[],
  queueArn: string,
  maxPayloadBytes: number,
): readonly SqsBatch[] => {
  const batches: { messages: QueueMessage[]; records: string[] }[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const record = JSON.stringify(sqsRecord(message, queueArn));
    bytes += Buffer.byteLength(record) + SEPARATOR_BYTES;
    if (bytes > maxPayloadBytes) {
      batches.push({ messages: [], records: [] });
      bytes = ENVELOPE_BYTES + Buffer.byteLength(record);
    }
    batches.at(-1)?.messages.push(message);
    batches.at(-1)?.records.push(record);
  }
  return batches.map(({ messages, records }) => ({ messages, payload: `{"Records":[${records.join(",")}]}` }));
};

const SEPARATOR_BYTES = 1;
const ENVELOPE_BYTES = '{"Records":[]}'.length;
