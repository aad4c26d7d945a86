import type { DeadLetter, MessageAttributes } from "./api.ts";

/** What a worker adds to a message that it dead-letters. */
const OWN_PREFIX = "sluice.";

/** Says why a message is in the dead-letter queue: the worker says it in an attribute, SQS itself says nothing. */
export const reasonOf = ({ attributes }: DeadLetter): string =>
  attributes[`${OWN_PREFIX}reason`]?.stringValue ??
  "SQS moved it here: it was received as often as the queue allows, and never deleted";

/** Returns the attributes that a message had before it was dead-lettered. */
export const attributesBefore = (attributes: MessageAttributes): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith(OWN_PREFIX)));
