import type { Api, DeadLetter } from "./api.ts";

/** No receive is begun after this, in milliseconds: what was received is still hidden when the answer is made. */
const RECEIVE_WITHIN_MS = 14_000;
/** As many as SQS gives at once. */
export const RECEIVE_MOST = 10;
/** One empty answer may be chance: SQS is many servers. */
const EMPTY_IN_A_ROW = 2;

/**
 * Receives messages of a dead-letter queue, each once, until no more are wanted, none comes or the time is over; and
 * gives them back at the end, not before, so that they do not come again meanwhile.
 *
 * @param wanted how many to receive next; none ends it
 * @param take does its work with messages; returns those that it deleted
 */
export const receiveDeadLetters = async (
  api: Api,
  queueUrl: string,
  wanted: () => number,
  take: (letters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>,
): Promise<void> => {
  const stopMs = api.clock.nowMs() + RECEIVE_WITHIN_MS;
  const seen = new Set<string>();
  const held = new Set<string>();
  try {
    for (let empty = 0; empty < EMPTY_IN_A_ROW && wanted() > 0 && api.clock.nowMs() < stopMs; ) {
      const letters = await api.deadLetters.receive(queueUrl, Math.min(RECEIVE_MOST, wanted()));
      empty = letters.length === 0 ? empty + 1 : 0;
      for (const { receiptHandle } of letters) held.add(receiptHandle);
      for (const { receiptHandle } of await take(firstOf(letters, seen))) held.delete(receiptHandle);
    }
  } finally {
    await api.deadLetters.giveBack(queueUrl, [...held]);
  }
};

/** SQS may deliver a message twice. */
const firstOf = (letters: readonly DeadLetter[], seen: Set<string>): readonly DeadLetter[] =>
  letters.filter(({ messageId }) => {
    const isFirst = !seen.has(messageId);
    seen.add(messageId);
    return isFirst;
  });
