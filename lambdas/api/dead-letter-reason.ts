import { DEAD_LETTER_ATTRIBUTES, DEAD_LETTER_PREFIX } from "../../lib/core/dead-letter.ts";
import type { DeadLetter, MessageAttributes } from "./api.ts";

/** Says why a message is in the dead-letter queue: the worker says it in an attribute, SQS itself says nothing. */
export const reasonOf = ({ attributes }: DeadLetter): string =>
  attributes[DEAD_LETTER_ATTRIBUTES.reason]?.stringValue ??
  "SQS moved it here: it was received as often as the queue allows, and never deleted";

/** Returns the attributes that a message had before it was dead-lettered. */
export const attributesBefore = (attributes: MessageAttributes): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith(DEAD_LETTER_PREFIX)));
