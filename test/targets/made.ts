/** What the suite has made and set on a target, so that it can be taken away again. */
export type Made = {
  /** Jobs by id; with the moment until which a message of theirs may wait in the queue, in epoch milliseconds. */
  readonly jobs: Map<string, { readonly type: string; readonly waitsUntilMs: number; readonly isLarge: boolean }>;
  /** Texts by which the suite knows its own messages in a dead-letter queue, by job type. */
  readonly deadLetters: Map<string, string>;
  /** Job types whose queue is controlled by hand. */
  readonly controlled: Set<string>;
};

export const nothingMade = (): Made => ({ jobs: new Map(), deadLetters: new Map(), controlled: new Set() });
