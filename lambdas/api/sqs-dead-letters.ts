import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { JobLog } from "../../lib/core/job-type.ts";
import { SQS_MAX_BATCH_ENTRIES } from "../../lib/core/limits.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { DEAD_LETTER_HIDDEN_SECONDS, type DeadLetter, type DeadLetterQueue, type MessageAttribute } from "./api.ts";
import { mapAtOnce } from "./map-at-once.ts";

/** Long enough to ask all of SQS's servers, and no longer. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html */
const WAIT_SECONDS = 1;
const CALLS_AT_ONCE = 8;

type Entry = { readonly Id: string; readonly ReceiptHandle: string };
type Refusals = { readonly Failed?: readonly { Id?: string; Code?: string; Message?: string }[] };

/** Works on dead-letter queues of SQS, ten messages a call. */
export const sqsDeadLetters = (client: SQSClient, log: JobLog): DeadLetterQueue => {
  /** Returns, for each message whose call failed, why. */
  const inBatches = async (
    receiptHandles: readonly string[],
    call: (entries: Entry[]) => Promise<Refusals>,
  ): Promise<readonly (string | undefined)[]> => {
    const failures = new Map<number, string>();
    await mapAtOnce(CALLS_AT_ONCE, entriesOf(receiptHandles), async (entries) => {
      try {
        const { Failed = [] } = await call(entries);
        for (const { Id, Code, Message: text } of Failed) failures.set(Number(Id), `${Code}: ${text}`);
      } catch (error) {
        for (const { Id } of entries) failures.set(Number(Id), describeError(error).message);
      }
    });
    return receiptHandles.map((_, index) => failures.get(index));
  };

  return {
    receive: async (queueUrl, most) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(SQS_MAX_BATCH_ENTRIES, most),
          VisibilityTimeout: DEAD_LETTER_HIDDEN_SECONDS,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      );
      return Messages.map(letterOf);
    },

    giveBack: async (QueueUrl, receiptHandles) => {
      const failures = await inBatches(receiptHandles, (entries) => {
        const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
        return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      });
      const reasons = failures.filter((failure) => failure !== undefined);
      if (reasons.length > 0) log("dead-letters.not-given-back", { count: reasons.length, reason: reasons[0] });
    },

    remove: (QueueUrl, receiptHandles) =>
      inBatches(receiptHandles, (Entries) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))),
  };
};

const entriesOf = (receiptHandles: readonly string[]): readonly Entry[][] => {
  const entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
  const count = Math.ceil(entries.length / SQS_MAX_BATCH_ENTRIES);
  return Array.from({ length: count }, (_, call) =>
    entries.slice(call * SQS_MAX_BATCH_ENTRIES, (call + 1) * SQS_MAX_BATCH_ENTRIES),
  );
};

const letterOf = ({
  MessageId,
  ReceiptHandle,
  Body,
  Attributes = {},
  MessageAttributes = {},
}: Message): DeadLetter => ({
  messageId: MessageId ?? "",
  receiptHandle: ReceiptHandle ?? "",
  body: Body ?? "",
  sentAtMs: Number(Attributes.SentTimestamp ?? 0),
  receives: Number(Attributes.ApproximateReceiveCount ?? 0),
  tenant: Attributes.MessageGroupId,
  attributes: Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, attributeOf(value)])),
});

const attributeOf = ({ DataType, StringValue, BinaryValue }: MessageAttributeValue): MessageAttribute => ({
  dataType: DataType ?? "String",
  stringValue: StringValue,
  binaryValue: BinaryValue,
});
