import type { SQSRecord } from "aws-lambda";

/** The queue of a job type, as its worker needs it. */
export type MessageQueue = {
  /** Hides a message for so many seconds from now; 0 gives it back at once. */
  readonly hide: (message: SQSRecord, seconds: number) => Promise<void>;
  /** Sends a message again, as new, to be received after so many seconds; the old one is then the caller's to delete. */
  readonly renew: (message: SQSRecord, seconds: number) => Promise<void>;
  /** Sends what is no job to the dead-letter queue, with the reason. */
  readonly deadLetter: (message: SQSRecord, reason: string) => Promise<void>;
};

/** A queue whose client is loaded when the first message needs it: jobs that succeed need none, nor do cold starts. */
export const lazyMessageQueue = (load: () => Promise<MessageQueue>): MessageQueue => {
  let loading: Promise<MessageQueue> | undefined;
  const queue = (): Promise<MessageQueue> => {
    loading ??= load();
    return loading;
  };
  return {
    hide: async (message, seconds) => (await queue()).hide(message, seconds),
    renew: async (message, seconds) => (await queue()).renew(message, seconds),
    deadLetter: async (message, reason) => (await queue()).deadLetter(message, reason),
  };
};
