import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
  SQSServiceException,
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
    const DelaySeconds = Math.min(SQS_MAX_DELAY_SECONDS, seconds);
    await client.send(sending(queueUrl, message, attributes, { DelaySeconds }));
  },
  deadLetter: async (message, reason) => {
    const send = async (attributes: Attributes): Promise<void> => {
      await client.send(sending(deadLetterQueueUrl, message, attributes));
    };
    try {
      await send({ ...attributesOf(message, OWN_ATTRIBUTES), ...reasons(message.messageId, reason) });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // With ours it may be too large. As it came, SQS has taken it before; the reason is in the log, too.
      await send(attributesOf(message, SQS_MAX_MESSAGE_ATTRIBUTES));
    }
  },
});

type Attributes = Record<string, MessageAttributeValue>;

const sending = (
  QueueUrl: string,
  { body, attributes }: SQSRecord,
  messageAttributes: Attributes,
  delay: { readonly DelaySeconds?: number } = {},
): SendMessageCommand =>
  new SendMessageCommand({
    QueueUrl,
    MessageBody: body,
    MessageGroupId: attributes.MessageGroupId,
    ...delay,
    ...(Object.keys(messageAttributes).length === 0 ? {} : { MessageAttributes: messageAttributes }),
  });

/** Tells whether SQS will never take what it was sent; being too fast counts as the client's fault, but passes. */
const isRefusal = (error: unknown): boolean =>
  error instanceof SQSServiceException && error.$fault === "client" && !/throttl/i.test(error.name);

/** Some are ours, and SQS takes no more than it does. */
const OWN_ATTRIBUTES = SQS_MAX_MESSAGE_ATTRIBUTES - Object.keys(DEAD_LETTER_ATTRIBUTES).length;

const attributesOf = (message: SQSRecord, most: number): Attributes =>
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

const REASON_LENGTH = 500;

/** What SQS takes in no text: a reason quotes what a body has escaped. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const reasons = (messageId: string, reason: string): Attributes => ({
  [DEAD_LETTER_ATTRIBUTES.reason]: {
    DataType: "String",
    StringValue: reason.slice(0, REASON_LENGTH).replace(FORBIDDEN, "\uFFFD"),
  },
  [DEAD_LETTER_ATTRIBUTES.messageId]: { DataType: "String", StringValue: messageId },
});
