import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { LAMBDA_MAX_PAYLOAD_BYTES } from "../../core/limits.ts";
import { lambdaError } from "../lambda/lambda-answer.ts";
import { LAMBDA_OPERATIONS, lambdaOperationOf } from "./lambda-operation.ts";
import type { LambdaAnswer, LambdaCall } from "./messages.ts";
import { readBody } from "./request-body.ts";
import type { Service } from "./service.ts";

/** Answers what calls of Lambda ask for. @param handOver gives a call to who has the functions and mappings */
export const answerLambda =
  (handOver: (call: LambdaCall) => Promise<LambdaAnswer>): Service =>
  async (request, response) =>
    write(response, await answerOf(request, handOver));

const answerOf = async (
  request: IncomingMessage,
  handOver: (call: LambdaCall) => Promise<LambdaAnswer>,
): Promise<LambdaAnswer> => {
  const asked = lambdaOperationOf(request);
  if (asked === undefined) {
    request.resume();
    const shown = `${request.method} ${request.url}`;
    const supported = LAMBDA_OPERATIONS.join(", ");
    const message = `a local run does not support ${shown} of Lambda; it supports ${supported}`;
    return lambdaError("UnknownOperationException", message);
  }
  // What is known to be too long is let in and dropped, so that the caller hears the answer.
  const isTooLong = Number(request.headers["content-length"]) > LAMBDA_MAX_PAYLOAD_BYTES;
  const body = isTooLong ? undefined : await readBody(request, LAMBDA_MAX_PAYLOAD_BYTES);
  if (body !== undefined) return await handOver({ ...asked, body: body.toString() });
  request.resume();
  const expected = `Request must be smaller than ${LAMBDA_MAX_PAYLOAD_BYTES} bytes`;
  return lambdaError("RequestTooLargeException", `${expected} for the ${asked.operation} operation`);
};

const write = (response: ServerResponse, { status, headers, body }: LambdaAnswer): void => {
  response.writeHead(status, { ...headers, "x-amzn-requestid": randomUUID() });
  response.end(body);
};
