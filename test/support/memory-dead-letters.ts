import type { DeadLetter, DeadLetterQueue } from "../../lambdas/api/api.ts";

export type MemoryDeadLetters = DeadLetterQueue & {
  readonly add: (...letters: readonly (Partial<DeadLetter> & { readonly messageId: string })[]) => void;
  /** Ids of the messages that are there, and of those among them that nobody can receive now. */
  readonly there: () => readonly string[];
  readonly hidden: () => readonly string[];
  /** Ids of messages that cannot be deleted. */
  readonly stuck: Set<string>;
};

/** A dead-letter queue in memory: what is received is hidden until it is given back. */
export const memoryDeadLetters = (): MemoryDeadLetters => {
  const letters = new Map<string, DeadLetter>();
  const hidden = new Set<string>();
  const stuck = new Set<string>();
  const idOf = (receiptHandle: string): string => receiptHandle.replace(/^handle of /, "");
  return {
    stuck,
    there: () => [...letters.keys()],
    hidden: () => [...hidden],
    add: (...added) => {
      for (const letter of added) {
        const common = { body: "not a job", sentAtMs: 0, receives: 0, tenant: undefined, attributes: {} };
        const receiptHandle = `handle of ${letter.messageId}`;
        letters.set(letter.messageId, { ...common, receiptHandle, ...letter });
      }
    },
    receive: async (_url, most) => {
      const received = [...letters.values()].filter(({ messageId }) => !hidden.has(messageId)).slice(0, most);
      for (const { messageId } of received) hidden.add(messageId);
      return received.map((letter) => ({ ...letter, receives: letter.receives + 1 }));
    },
    giveBack: async (_url, receiptHandles) => {
      for (const handle of receiptHandles) {
        if (!letters.has(idOf(handle))) throw new Error(`${handle} must be there to be given back, and was deleted`);
        hidden.delete(idOf(handle));
      }
    },
    remove: async (_url, receiptHandles) =>
      receiptHandles.map((handle) => {
        if (stuck.has(idOf(handle))) return "InternalError: not now";
        letters.delete(idOf(handle));
        hidden.delete(idOf(handle));
        return undefined;
      }),
  };
};
