import type { SqsStore } from "./sqs-stores.ts";

/** Messages that went through a queue. */
export type QueueTraffic = { readonly sent: number; readonly received: number; readonly deleted: number };

const NONE: QueueTraffic = { sent: 0, received: 0, deleted: 0 };

/** What went through queues since it was last taken. */
export type TrafficCount = { take(queueName: string): QueueTraffic };

/** Counts what goes through each queue that is created from now on. */
export const watchTraffic = (store: SqsStore): TrafficCount => {
  const counts = new Map<string, QueueTraffic>();
  let isReceiving = false;
  const count = (queueName: string, what: keyof QueueTraffic, more: number): void => {
    const before = counts.get(queueName) ?? NONE;
    counts.set(queueName, { ...before, [what]: before[what] + more });
  };
  const create = store.createQueue.bind(store);
  store.createQueue = (...options) => {
    const queue = create(...options);
    const enqueue = queue.enqueue.bind(queue);
    const dequeue = queue.dequeue.bind(queue);
    const deleteMessage = queue.deleteMessage.bind(queue);
    queue.enqueue = (message) => {
      // What SQS moves to a dead-letter queue by itself, as it does while somebody receives, nobody sent.
      if (!isReceiving) count(queue.name, "sent", 1);
      enqueue(message);
    };
    queue.dequeue = (...request) => {
      isReceiving = true;
      try {
        const messages = dequeue(...request);
        if (messages.length > 0) count(queue.name, "received", messages.length);
        return messages;
      } finally {
        isReceiving = false;
      }
    };
    queue.deleteMessage = (receiptHandle) => {
      const isDeleted = deleteMessage(receiptHandle);
      if (isDeleted) count(queue.name, "deleted", 1);
      return isDeleted;
    };
    return queue;
  };
  return {
    take: (queueName) => {
      const taken = counts.get(queueName) ?? NONE;
      counts.delete(queueName);
      return taken;
    },
  };
};
