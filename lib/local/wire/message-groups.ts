import { isJsonObject, type JsonObject } from "../json.ts";
import type { SqsStore } from "./sqs-stores.ts";

/**
 * Keeps the `MessageGroupId` of messages to standard queues, which fauxqs drops.
 *
 * @returns what must see the body of each send right before fauxqs works on it
 */
export const keepMessageGroups = (store: SqsStore): ((body: unknown) => void) => {
  let sending: JsonObject[] = [];
  const create = store.createQueue.bind(store);
  store.createQueue = (...options) => {
    const queue = create(...options);
    const enqueue = queue.enqueue.bind(queue);
    queue.enqueue = (message) => {
      const place = queue.isFifo() ? -1 : sending.findIndex(({ MessageBody }) => MessageBody === message.body);
      const [entry] = place < 0 ? [] : sending.splice(place, 1);
      if (typeof entry?.MessageGroupId === "string") message.messageGroupId = entry.MessageGroupId;
      enqueue(message);
    };
    return queue;
  };
  return (body) => {
    const entries = isJsonObject(body) && Array.isArray(body.Entries) ? body.Entries : [body];
    sending = entries.filter(isJsonObject).filter(({ MessageGroupId }) => MessageGroupId !== undefined);
  };
};
