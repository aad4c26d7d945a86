import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { answerJsonError, answerXmlError } from "./aws-error.ts";
import { CLOUDWATCH_OPERATIONS } from "./cloudwatch.ts";
import { isCloudWatchCall } from "./cloudwatch-protocols.ts";
import { DYNAMODB_OPERATIONS } from "./dynamodb.ts";
import { isLambdaCall, LAMBDA_OPERATIONS } from "./lambda-operation.ts";
import { readBody } from "./request-body.ts";
import { isS3Call, S3_OPERATIONS } from "./s3-operation.ts";
import { SQS_OPERATIONS } from "./sqs.ts";

export type Services = {
  readonly sqs: RequestListener;
  readonly dynamoDb: RequestListener;
  readonly s3: RequestListener;
  readonly lambda: RequestListener;
  readonly cloudWatch: RequestListener;
};

const SQS_PREFIX = "AmazonSQS.";
const DYNAMODB_PREFIX = "DynamoDB_20120810.";
/** Of a form: longer than any that an AWS client sends. */
const MAX_FORM_BYTES = 2 * 1_024 * 1_024;

/** Hands each call of an AWS service to who answers it; the hot paths are handed on unread. */
export const answerAws =
  ({ sqs, dynamoDb, s3, lambda, cloudWatch }: Services): RequestListener =>
  (request, response) => {
    const target = request.headers["x-amz-target"];
    if (isCloudWatchCall(request)) {
      cloudWatch(request, response);
    } else if (typeof target !== "string" && isS3Call(request)) {
      s3(request, response);
    } else if (typeof target !== "string" && isLambdaCall(request)) {
      lambda(request, response);
    } else if (typeof target !== "string") {
      void refuseUntargeted(request, response);
    } else if (target.startsWith(DYNAMODB_PREFIX) && isAmong(DYNAMODB_OPERATIONS, target, DYNAMODB_PREFIX)) {
      dynamoDb(request, response);
    } else if (target.startsWith(SQS_PREFIX) && isAmong(SQS_OPERATIONS, target, SQS_PREFIX)) {
      sqs(request, response);
    } else {
      request.resume();
      answerJsonError(response, { code: "UnknownOperationException", message: unsupported(target) });
    }
  };

const isAmong = (operations: readonly string[], target: string, prefix: string): boolean =>
  operations.includes(target.slice(prefix.length));

const unsupported = (operation: string): string =>
  `a local run does not support ${operation}; it supports ${SUPPORTED}`;

const SUPPORTED = [
  `SQS (JSON protocol): ${SQS_OPERATIONS.join(", ")}`,
  `DynamoDB: ${DYNAMODB_OPERATIONS.join(", ")}`,
  `S3 (signed, path style): ${S3_OPERATIONS.join(", ")}`,
  `Lambda (signed): ${LAMBDA_OPERATIONS.join(", ")}`,
  `CloudWatch (JSON and CBOR protocols): ${CLOUDWATCH_OPERATIONS.join(", ")}`,
].join("; ");

/** The older query protocol names its operation in a form; REST services name it by path. */
const refuseUntargeted = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") !== true) {
      request.resume();
      const operation = `${request.method} ${request.url}`;
      return answerJsonError(response, { code: "UnknownOperationException", message: unsupported(operation) });
    }
    const form = new URLSearchParams(String(await readBody(request, MAX_FORM_BYTES)));
    const operation = `${form.get("Action")} in the query protocol`;
    answerXmlError(response, { code: "InvalidAction", message: unsupported(operation) });
  } catch {
    response.destroy();
  }
};
