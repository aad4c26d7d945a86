import type { Clock } from "../../lib/local/clock.ts";
import type { QueueMessage } from "../../lib/local/wire/messages.ts";

/** A queue in memory, as an event source mapping sees it: messages are received once, and can be deleted. */
export type MemoryQueue = {
  readonly receive: (queueName: string, most: number, waitMs: number) => Promise<readonly QueueMessage[]>;
  readonly remove: (queueName: string, receiptHandles: readonly string[]) => Promise<void>;
  readonly send: (...bodies: readonly string[]) => void;
  /** Ends all receives that wait. */
  readonly wake: () => void;
  /** Bodies of the messages that were deleted. */
  readonly deleted: () => readonly string[];
  readonly waiting: () => number;
};

export const memoryQueue = (clock: Clock): MemoryQueue => {
  const visible: QueueMessage[] = [];
  const received = new Map<string, string>();
  const deleted: string[] = [];
  const waiters = new Set<() => void>();
  const wake = (): void => {
    for (const waiter of waiters) waiter();
  };
  const waitFor = (waitMs: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        cancel();
        waiters.delete(end);
        resolve();
      };
      const cancel = clock.after(waitMs, end);
      waiters.add(end);
    });
  return {
    receive: async (_, most, waitMs) => {
      if (visible.length === 0 && waitMs > 0) await waitFor(waitMs);
      const messages = visible.splice(0, most);
      for (const { receiptHandle, body } of messages) received.set(receiptHandle, body);
      return messages;
    },
    remove: async (_, receiptHandles) => {
      deleted.push(...receiptHandles.map((handle) => received.get(handle) ?? `unknown ${handle}`));
    },
    send: (...bodies) => {
      visible.push(...bodies.map(messageOf));
      wake();
    },
    wake,
    deleted: () => deleted.toSorted(),
    waiting: () => waiters.size,
  };
};

const messageOf = (body: string): QueueMessage => ({
  messageId: `id-${body}`,
  receiptHandle: `handle-${body}`,
  body,
  md5OfBody: "",
  attributes: {},
  messageAttributes: {},
});
