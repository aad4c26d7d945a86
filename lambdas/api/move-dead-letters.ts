import type { ApiQueue } from "../../lib/core/environment.ts";
import type { Api, DeadLetter } from "./api.ts";
import { attributesBefore } from "./dead-letter-reason.ts";

/** What became of a message that was to be moved; the reason is left out where it was. */
export type Move = { readonly letter: DeadLetter; readonly reason?: string };

/**
 * Moves received messages of a dead-letter queue to their queue, with their tenant and their own attributes.
 *
 * Only what the queue has taken is deleted, so nothing is lost; what then cannot be deleted is in both queues.
 */
export const moveDeadLetters = async (
  api: Api,
  { queueUrl, deadLetterQueueUrl }: ApiQueue,
  letters: readonly DeadLetter[],
): Promise<readonly Move[]> => {
  const refusals = await api.sender.send(
    queueUrl,
    letters.map(({ body, tenant, attributes }) => ({ body, tenant, attributes: attributesBefore(attributes) })),
  );
  const sent = letters.filter((_, place) => refusals[place] === undefined);
  const failures = await api.deadLetters.remove(
    deadLetterQueueUrl,
    sent.map(({ receiptHandle }) => receiptHandle),
  );
  const moves = sent.map((letter, place) => moveOf(api, letter, failures[place], NOT_DELETED));
  const stays = letters.flatMap((letter, place) => {
    const refusal = refusals[place];
    return refusal === undefined ? [] : [moveOf(api, letter, refusal, NOT_SENT)];
  });
  return [...moves, ...stays];
};

const NOT_SENT = "the queue did not take it; move it again";
const NOT_DELETED = "it was sent to the queue, but could not be deleted here: it is in both; do not move it again";

/** Only the log gets to know what SQS said. */
const moveOf = (api: Api, letter: DeadLetter, failure: string | undefined, reason: string): Move => {
  if (failure === undefined) return { letter };
  api.log("dead-letter.not-moved", { messageId: letter.messageId, reason, failure });
  return { letter, reason };
};
