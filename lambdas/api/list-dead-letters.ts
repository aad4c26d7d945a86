import type { Api, DeadLetter, MessageAttribute } from "./api.ts";
import { reasonOf } from "./dead-letter-reason.ts";
import { findQueue } from "./find-queue.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { limitOf, refuseUnknownParameters } from "./query-parameters.ts";
import { receiveDeadLetters } from "./receive-dead-letters.ts";

/** Characters of each text that are shown: of 100 messages with ten attributes, the most that SQS allows, they fit an answer. */
const TEXT_LENGTH = 1_000;

/** `GET /queues/{type}/dead-letters`: looks at messages of the dead-letter queue, and gives them back. */
export const listDeadLetters = async (api: Api, { query }: ApiRequest, type: string): Promise<ApiResponse> => {
  const { deadLetterQueueUrl } = findQueue(api, type);
  refuseUnknownParameters(query, ["limit"]);
  const limit = limitOf(query, { most: 100, usual: 10 });
  const messages: ReturnType<typeof viewOf>[] = [];
  const wanted = (): number => limit - messages.length;
  await receiveDeadLetters(api, deadLetterQueueUrl, wanted, async (letters) => {
    messages.push(...letters.map(viewOf));
    return [];
  });
  const { visible, inFlight, delayed } = await api.depths.read(deadLetterQueueUrl);
  return { status: 200, body: { messages, approximateCount: visible + inFlight + delayed } };
};

const viewOf = (letter: DeadLetter) => ({
  messageId: letter.messageId,
  reason: cut(reasonOf(letter)),
  sentAt: new Date(letter.sentAtMs).toISOString(),
  receives: letter.receives,
  body: cut(letter.body),
  attributes: Object.fromEntries(Object.entries(letter.attributes).map(([name, value]) => [name, cut(textOf(value))])),
});

const cut = (text: string): string => text.slice(0, TEXT_LENGTH);

/** Binary values are shown in base 64. */
const textOf = ({ stringValue, binaryValue }: MessageAttribute): string =>
  stringValue ?? Buffer.from(binaryValue ?? []).toString("base64");
