import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { DEAD_LETTER_ATTRIBUTES } from "../../lib/core/dead-letter.ts";
import {
  SQS_MAX_DELAY_SECONDS,
  SQS_MAX_MESSAGE_ATTRIBUTES,
  SQS_MAX_VISIBILITY_SECONDS,
} from "../../lib/core/limits.ts";
import type { MessageQueue } from "./message-queue.ts";

/** Works on SQS. */
export const sqsMessageQueue = (client: SQSClient, queueUrl: string, deadLetterQueueUrl: string): MessageQueue => ({
  hide: async ({ receiptHandle }, seconds) => {
    const VisibilityTimeout = Math.min(SQS_MAX_VISIBILITY_SECONDS, seconds);
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
    );
  },
  renew: async (message, seconds) => {
    const attributes = attributesOf(message, SQS_MAX_MESSAGE_ATTRIBUTES);
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: message.body,
        DelaySeconds: Math.min(SQS_MAX_DELAY_SECONDS, seconds),
        MessageGroupId: message.attributes.MessageGroupId,
        ...(Object.keys(attributes).length === 0 ? {} : { MessageAttributes: attributes }),
      }),
    );
  },
  deadLetter: async (message, reason) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: deadLetterQueueUrl,
        MessageBody: message.body,
        MessageGroupId: message.attributes.MessageGroupId,
        MessageAttributes: { ...attributesOf(message, OWN_ATTRIBUTES), ...reasons(message.messageId, reason) },
      }),
    );
  },
});

/** Some are ours, and SQS takes no more than it does. */
const OWN_ATTRIBUTES = SQS_MAX_MESSAGE_ATTRIBUTES - Object.keys(DEAD_LETTER_ATTRIBUTES).length;

const attributesOf = (message: SQSRecord, most: number): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(message.messageAttributes ?? {})
      .slice(0, most)
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
  [DEAD_LETTER_ATTRIBUTES.reason]: { DataType: "String", StringValue: reason.slice(0, 500) },
  [DEAD_LETTER_ATTRIBUTES.messageId]: { DataType: "String", StringValue: messageId },
});
