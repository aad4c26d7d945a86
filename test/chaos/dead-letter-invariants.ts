import type { Evidence, Invariant, Violation } from "./evidence.ts";

/**
 * A message that is no job is there at least once, since SQS delivers at least once and has no idempotent send: where a
 * fault lost the answer of the worker's send, or of the delete after it, there are copies. {@link copiesOf} counts them.
 */
export const deadLettersAreNoJobs: Invariant = {
  name: "the dead-letter queues hold every malformed message, with its reason, and no job",
  violations: ({ malformed, deadLetters }) => {
    const sent = new Set(malformed);
    const found = new Set(deadLetters.map(({ body }) => body));
    const missing = malformed
      .filter((body) => !found.has(body))
      .map((body): Violation => ({ id: body, why: "was sent, and is in no dead-letter queue" }));
    const strange = deadLetters
      .filter(({ body, reason }) => !sent.has(body) || reason === undefined)
      .map(({ body, reason }): Violation => ({ id: body, why: `is in a dead-letter queue (reason: ${reason})` }));
    return [...missing, ...strange];
  },
};

/** Returns how many messages of the dead-letter queues are there once more than needed. */
export const copiesOf = ({ deadLetters }: Pick<Evidence, "deadLetters">): number =>
  deadLetters.length - new Set(deadLetters.map(({ body }) => body)).size;
