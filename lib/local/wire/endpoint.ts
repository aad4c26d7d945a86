import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ForeignCall } from "../local-callers.ts";
import { answerJsonError, answerS3Error, answerXmlError } from "./aws-error.ts";
import { CLOUDWATCH_OPERATIONS } from "./cloudwatch.ts";
import { isCloudWatchCall } from "./cloudwatch-protocols.ts";
import { DYNAMODB_OPERATIONS } from "./dynamodb.ts";
import { isLambdaCall, LAMBDA_OPERATIONS } from "./lambda-operation.ts";
import { readBody } from "./request-body.ts";
import { isS3Call, S3_OPERATIONS } from "./s3-operation.ts";
import { failingAlone, type Service } from "./service.ts";
import { SQS_OPERATIONS } from "./sqs.ts";

export type Services = {
  readonly sqs: Service;
  readonly dynamoDb: Service;
  readonly s3: Service;
  readonly lambda: Service;
  readonly cloudWatch: Service;
};

const SQS_PREFIX = "AmazonSQS.";
const DYNAMODB_PREFIX = "DynamoDB_20120810.";
/** Of a form: longer than any that an AWS client sends. */
const MAX_FORM_BYTES = 2 * 1_024 * 1_024;

/** Hands each call of an AWS service to who answers it; the hot paths are handed on unread. */
export const answerAws = (services: Services): RequestListener =>
  failingAlone((request, response) => serviceOf(services, request)(request, response));

const serviceOf = ({ sqs, dynamoDb, s3, lambda, cloudWatch }: Services, request: IncomingMessage): Service => {
  const target = request.headers["x-amz-target"];
  if (isCloudWatchCall(request)) return cloudWatch;
  if (typeof target !== "string") {
    if (isS3Call(request)) return s3;
    return isLambdaCall(request) ? lambda : refuseUntargeted;
  }
  if (isAmong(DYNAMODB_OPERATIONS, target, DYNAMODB_PREFIX)) return dynamoDb;
  if (isAmong(SQS_OPERATIONS, target, SQS_PREFIX)) return sqs;
  return (_, response) => {
    request.resume();
    answerJsonError(response, { code: "UnknownOperationException", message: unsupported(target) });
  };
};

const isAmong = (operations: readonly string[], target: string, prefix: string): boolean =>
  target.startsWith(prefix) && operations.includes(target.slice(prefix.length));

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
const refuseUntargeted: Service = async (request, response) => {
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") !== true) {
    request.resume();
    const operation = `${request.method} ${request.url}`;
    return answerJsonError(response, { code: "UnknownOperationException", message: unsupported(operation) });
  }
  const form = new URLSearchParams(String(await readBody(request, MAX_FORM_BYTES)));
  const operation = `${form.get("Action")} in the query protocol`;
  answerXmlError(response, { code: "InvalidAction", message: unsupported(operation) });
};

/** Refuses what a web page elsewhere brought this machine's browser to send. */
export const refuseForeignCall = (
  response: ServerResponse,
  { detail, hint }: ForeignCall,
  request: IncomingMessage,
): void => {
  const answer = isS3Call(request) ? answerS3Error : answerJsonError;
  answer(response, { code: "AccessDeniedException", message: `${detail}: ${hint}` }, 403);
};
