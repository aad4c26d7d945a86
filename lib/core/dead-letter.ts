/** What the attributes are called by that a worker adds to a message which it dead-letters. */
export const DEAD_LETTER_PREFIX = "sluice.";

/** Why the message is no job, and which id it had in its queue. */
export const DEAD_LETTER_ATTRIBUTES = {
  reason: `${DEAD_LETTER_PREFIX}reason`,
  messageId: `${DEAD_LETTER_PREFIX}messageId`,
} as const;
