import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Target } from "./target.ts";

/** Receives in a row that may find nothing new before the search is over. */
const EMPTY_RECEIVES = 3;
/** No receive of an endless queue goes on for ever. */
const MAX_RECEIVES = 60;

/**
 * Deletes the messages with these bodies from the dead-letter queue of a job type; gives the others back.
 *
 * @returns how many were deleted
 */
export const deleteDeadLetters = async (
  { sqs, queues }: Target,
  type: string,
  bodies: readonly string[],
  signal: AbortSignal,
): Promise<number> => {
  const QueueUrl = queues[type]?.deadLetterQueueUrl;
  const options = { abortSignal: signal };
  const others: string[] = [];
  let [deleted, empty] = [0, 0];
  for (let receives = 0; receives < MAX_RECEIVES && empty < EMPTY_RECEIVES; receives += 1) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 30 }),
      options,
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const { Body = "", ReceiptHandle } of Messages) {
      if (!bodies.includes(Body)) {
        others.push(ReceiptHandle ?? "");
        continue;
      }
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }), options);
      deleted += 1;
    }
    if (deleted >= bodies.length) break;
  }
  for (const ReceiptHandle of others) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }), options);
  }
  return deleted;
};
