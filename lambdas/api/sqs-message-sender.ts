import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, Dice } from "../shared/ports.ts";
import type { MessageSender } from "./api.ts";
import { batchChunks, type Entry } from "./batch-chunks.ts";
import { mapAtOnce } from "./map-at-once.ts";
import { messageEntry } from "./message-entry.ts";
import { entryFailure, type SendFailure, thrownFailure } from "./send-failure.ts";

/** Batch calls that are under way at once. */
const CALLS_AT_ONCE = 8;
/** Times that a message which a call left out is sent again. */
const RESENDS = 4;
/** The longest wait before the first of them, in milliseconds; it doubles each time. */
const RESEND_BASE_MS = 100;
/** All sending ends by then, in milliseconds, whatever SQS does: the function has 29 seconds for this and all else. */
const SEND_WITHIN_MS = 5_000;

/**
 * Sends to SQS in calls of up to 10 messages and 1 MiB.
 *
 * What a call leaves out is sent again after a growing, random wait, unless the fault is ours. A message counts as not
 * sent where no answer said that it was; SQS may have it all the same.
 */
export const sqsMessageSender = (client: SQSClient, { clock, dice }: { clock: Clock; dice: Dice }): MessageSender => ({
  send: async (queueUrl, messages) => {
    const ending = new AbortController();
    const endMs = clock.nowMs() + SEND_WITHIN_MS;
    const cancelEnd = clock.after(SEND_WITHIN_MS, () => ending.abort());
    const call = (entries: readonly Entry[]): Promise<Failures> => sendOnce(client, queueUrl, entries, ending.signal);
    const wait = async (resend: number): Promise<boolean> => {
      const ms = dice.fraction() * RESEND_BASE_MS * 2 ** resend;
      if (clock.nowMs() + ms >= endMs) return false;
      await new Promise<void>((resolve) => void clock.after(ms, resolve));
      return true;
    };
    try {
      const failures = await mapAtOnce(CALLS_AT_ONCE, batchChunks(messages), (chunk) => sendChunk(chunk, call, wait));
      const all = new Map(failures.flatMap((ofChunk) => [...ofChunk]));
      return messages.map((_, index) => all.get(index)?.reason);
    } finally {
      cancelEnd();
    }
  },
});

type Failures = ReadonlyMap<number, SendFailure>;

const sendChunk = async (
  chunk: readonly Entry[],
  call: (entries: readonly Entry[]) => Promise<Failures>,
  wait: (resend: number) => Promise<boolean>,
): Promise<Failures> => {
  const final = new Map<number, SendFailure>();
  let failures = await call(chunk);
  for (let resend = 0; resend <= RESENDS; resend += 1) {
    for (const [index, failure] of failures) if (failure.isFinal) final.set(index, failure);
    const again = chunk.filter(({ index }) => failures.get(index)?.isFinal === false);
    if (again.length === 0 || resend === RESENDS || !(await wait(resend))) break;
    failures = await call(again);
  }
  return new Map([...final, ...failures]);
};

const sendOnce = async (
  client: SQSClient,
  QueueUrl: string,
  entries: readonly Entry[],
  abortSignal: AbortSignal,
): Promise<Failures> => {
  try {
    const Entries = entries.map(messageEntry);
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }), { abortSignal });
    return new Map(Failed.map((failed) => [Number(failed.Id), entryFailure(failed)]));
  } catch (error) {
    const isOver = abortSignal.aborted;
    const failure = isOver
      ? { reason: `SQS did not answer within ${SEND_WITHIN_MS} ms`, isFinal: true }
      : thrownFailure(error);
    return new Map(entries.map(({ index }) => [index, failure]));
  }
};
