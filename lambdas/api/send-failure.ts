import { type BatchResultErrorEntry, SQSServiceException } from "@aws-sdk/client-sqs";

/** Why a message was not sent, and whether sending it again could change that. */
export type SendFailure = { readonly reason: string; readonly isFinal: boolean };

/** Reads what a call says of one entry that it did not take. */
export const entryFailure = ({ Code, Message, SenderFault }: BatchResultErrorEntry): SendFailure => {
  const reason = [Code, Message].filter((part) => part !== undefined).join(": ");
  return { reason: reason === "" ? "SQS gave no reason" : reason, isFinal: isOurs(SenderFault === true, Code) };
};

/** Reads why a whole call failed, after the SDK's own retries. */
export const thrownFailure = (error: unknown): SendFailure => {
  if (!(error instanceof Error)) return { reason: String(error), isFinal: false };
  const isClients = error instanceof SQSServiceException && error.$fault === "client";
  return { reason: `${error.name}: ${error.message}`, isFinal: isOurs(isClients, error.name) };
};

/** Being too fast counts as the client's fault, but passes. */
const isOurs = (isClients: boolean, code = ""): boolean => isClients && !/throttl/i.test(code);
