import type { Api } from "./api.ts";
import { type FieldRule, optionalFields, wholeNumber } from "./body-fields.ts";
import { findQueue } from "./find-queue.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { moveDeadLetters } from "./move-dead-letters.ts";
import { RECEIVE_MOST, receiveDeadLetters } from "./receive-dead-letters.ts";

const LIMIT = { least: 1, most: 500, usual: 100 } as const;
const NOT_MET = "it was not received: it is not in the dead-letter queue, or another request holds it for some seconds";

const listOfIds: FieldRule<readonly string[]> = {
  expectation: `a list of ${LIMIT.least} to ${LIMIT.most} message ids`,
  read: (given) => {
    const isSound = Array.isArray(given) && given.every((id) => typeof id === "string");
    return isSound && given.length >= LIMIT.least && given.length <= LIMIT.most ? given : undefined;
  },
};

/**
 * `POST /queues/{type}/dead-letters/redrive`: moves messages of the dead-letter queue back to the queue.
 *
 * Which messages SQS gives is its choice: those that are named are picked from what comes.
 */
export const redriveDeadLetters = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const queue = findQueue(api, type);
  const fields = { limit: wholeNumber(LIMIT.least, LIMIT.most), messageIds: listOfIds };
  const { limit = LIMIT.usual, messageIds } = optionalFields(request, fields);
  const chosen = messageIds === undefined ? undefined : new Set(messageIds);
  const startedMs = api.clock.nowMs();
  const reasons = new Map<string, string | undefined>();
  const wanted = (): number => {
    if (chosen === undefined) return limit - reasons.size;
    return reasons.size < chosen.size ? RECEIVE_MOST : 0;
  };
  await receiveDeadLetters(api, queue.deadLetterQueueUrl, wanted, async (letters) => {
    const own = letters.filter(
      // What a worker sends here meanwhile may be what was just moved: that would go round in circles.
      ({ messageId, sentAtMs }) => sentAtMs < startedMs && (chosen?.has(messageId) ?? true),
    );
    const moves = await moveDeadLetters(api, queue, own);
    for (const { letter, reason } of moves) reasons.set(letter.messageId, reason);
    return moves.filter(({ reason }) => reason === undefined).map(({ letter }) => letter);
  });
  for (const messageId of chosen ?? []) if (!reasons.has(messageId)) reasons.set(messageId, NOT_MET);
  return { status: 202, body: resultOf(reasons) };
};

/** @param reasons why each message stays; undefined for those that were moved */
const resultOf = (reasons: ReadonlyMap<string, string | undefined>): unknown => ({
  moved: [...reasons].filter(([, reason]) => reason === undefined).map(([messageId]) => messageId),
  kept: [...reasons].flatMap(([messageId, reason]) => (reason === undefined ? [] : [{ messageId, reason }])),
});
