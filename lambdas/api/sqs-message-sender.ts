import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { SQS_MAX_BATCH_BYTES, SQS_MAX_BATCH_ENTRIES } from "../../lib/core/limits.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { MessageSender } from "./api.ts";
import type { Message } from "./submission.ts";

/** Batch calls that are under way at once. */
const CALLS_AT_ONCE = 8;
/** Times that a message which a batch call left out is sent again. */
const RESENDS = 2;
const RESEND_WITHIN_MS = 200;

type Entry = { readonly index: number; readonly message: Message };

/** Sends to SQS in calls of up to 10 messages and 1 MiB; what a call leaves out is sent again, then reported. */
export const sqsMessageSender = (client: SQSClient, { clock, dice }: { clock: Clock; dice: Dice }): MessageSender => {
  const sendChunk = async (queueUrl: string, chunk: readonly Entry[]): Promise<ReadonlyMap<number, string>> => {
    try {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: chunk.map(batchEntry) }),
      );
      return new Map(Failed.map(({ Id, Code, Message: text }) => [Number(Id), text ?? Code ?? "no reason given"]));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return new Map(chunk.map(({ index }) => [index, reason]));
    }
  };

  const sendAndResend = async (queueUrl: string, chunk: readonly Entry[]): Promise<ReadonlyMap<number, string>> => {
    let failed = await sendChunk(queueUrl, chunk);
    for (let round = 1; round <= RESENDS && failed.size > 0; round += 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      clock.after(dice.fraction() * RESEND_WITHIN_MS * round, resolve);
      await promise;
      failed = await sendChunk(
        queueUrl,
        chunk.filter(({ index }) => failed.has(index)),
      );
    }
    return failed;
  };

  return {
    send: async (queueUrl, messages) => {
      const chunks = chunksOf(messages).values();
      const failures = new Map<number, string>();
      const lane = async (): Promise<void> => {
        for (const chunk of chunks) {
          for (const [index, reason] of await sendAndResend(queueUrl, chunk)) failures.set(index, reason);
        }
      };
      await Promise.all(Array.from({ length: CALLS_AT_ONCE }, lane));
      return messages.map((_, index) => failures.get(index));
    },
  };
};

const batchEntry = ({ index, message }: Entry) => ({
  Id: String(index),
  MessageBody: message.body,
  ...(message.delaySeconds === undefined ? {} : { DelaySeconds: message.delaySeconds }),
  ...(message.tenant === undefined ? {} : { MessageGroupId: message.tenant }),
});

const chunksOf = (messages: readonly Message[]): readonly (readonly Entry[])[] => {
  const chunks: Entry[][] = [];
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    const size = Buffer.byteLength(message.body);
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
