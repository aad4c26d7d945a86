import type { Json } from "../json.ts";
import type { LambdaAnswer } from "../wire/messages.ts";

/** Lambda's errors that a run answers with, and their HTTP status. */
const STATUSES = {
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  RequestTooLargeException: 413,
  ResourceInUseException: 400,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  TooManyRequestsException: 429,
  UnknownOperationException: 400,
} as const;

export type LambdaErrorCode = keyof typeof STATUSES;

/** A refusal that a client of Lambda understands. */
export const lambdaError = (code: LambdaErrorCode, message: string, more: { Reason?: string } = {}): LambdaAnswer => ({
  status: STATUSES[code],
  headers: { "content-type": "application/json", "x-amzn-errortype": code },
  // Some of Lambda's errors write it large, others small.
  body: JSON.stringify({ ...more, Type: STATUSES[code] < 500 ? "User" : "Service", message, Message: message }),
});

/** An answer in JSON. */
export const jsonAnswer = (status: number, content: { readonly [name: string]: Json }): LambdaAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(content),
});
