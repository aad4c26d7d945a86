import { DEAD_LETTER_ATTRIBUTES, DEAD_LETTER_PREFIX } from "../../lib/core/dead-letter.ts";
import type { DeadLetter, MessageAttributes } from "./api.ts";

/** Says why a message is in the dead-letter queue: the worker says it in an attribute where the message has room for it, SQS itself says nothing. */
export const reasonOf = ({ attributes }: DeadLetter): string =>
  attributes[DEAD_LETTER_ATTRIBUTES.reason]?.stringValue ??
  "it came without one: SQS moved it here, after as many receives as the queue allows; or it is too large to carry one, and the worker's log has it";

/** Returns the attributes that a message had before it was dead-lettered. */
export const attributesBefore = (attributes: MessageAttributes): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith(DEAD_LETTER_PREFIX)));
