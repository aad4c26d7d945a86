import type { SQSRecord } from "aws-lambda";

const ATTRIBUTE = "sluice.first";

/** Returns the message that puts its job before the others of its next batch: they have left it no time in this one. */
export const goingFirst = (message: SQSRecord): SQSRecord => ({
  ...message,
  // In front: SQS takes ten attributes, and those beyond are left out.
  messageAttributes: { [ATTRIBUTE]: { dataType: "String", stringValue: "true" }, ...message.messageAttributes },
});

/** Tells whether a message begins its batch. */
export const goesFirst = ({ messageAttributes }: SQSRecord): boolean => messageAttributes?.[ATTRIBUTE] !== undefined;
