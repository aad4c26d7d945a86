import { ofFauxqs } from "./sqs-stores.ts";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const REFUSED = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Lets fauxqs take every character that SQS takes: its own pattern sees an emoji as two halves, and refuses both. */
export const takeAllCharacters = async (): Promise<void> => {
  const pattern = await ofFauxqs<RegExp>("./sqs/sqsTypes.js", "INVALID_MESSAGE_BODY_CHAR");
  pattern.test = (text) => REFUSED.test(text);
};
