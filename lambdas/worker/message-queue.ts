import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { SQS_MAX_VISIBILITY_SECONDS } from "../../lib/core/limits.ts";

/** The queue of a job type, as its worker needs it. */
export type MessageQueue = {
  /** Hides a message for so many seconds from now; 0 gives it back at once. */
  readonly hide: (message: SQSRecord, seconds: number) => Promise<void>;
  /** Sends what is no job to the dead-letter queue, with the reason. */
  readonly deadLetter: (message: SQSRecord, reason: string) => Promise<void>;
};

/** Works on SQS. */
export const sqsMessageQueue = (client: SQSClient, queueUrl: string, deadLetterQueueUrl: string): MessageQueue => ({
  hide: async ({ receiptHandle }, seconds) => {
    const VisibilityTimeout = Math.min(SQS_MAX_VISIBILITY_SECONDS, seconds);
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
    );
  },
  deadLetter: async (message, reason) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: message.body,
        MessageAttributes: { ...attributesOf(message), ...reasons(message.messageId, reason) },
      }),
    );
  },
});

/** SQS takes ten attributes: two are ours, so at most eight of the message's own go along. */
const OWN_ATTRIBUTES = 8;

const attributesOf = (message: SQSRecord): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(message.messageAttributes ?? {})
      .slice(0, OWN_ATTRIBUTES)
      .map(([name, { dataType, stringValue, binaryValue }]) => [
        name,
        {
          DataType: dataType,
          ...(stringValue === undefined ? {} : { StringValue: stringValue }),
          ...(binaryValue === undefined ? {} : { BinaryValue: Buffer.from(binaryValue, "base64") }),
        },
      ]),
  );

const reasons = (messageId: string, reason: string): Record<string, MessageAttributeValue> => ({
  "sluice.reason": { DataType: "String", StringValue: reason.slice(0, 500) },
  "sluice.messageId": { DataType: "String", StringValue: messageId },
});
