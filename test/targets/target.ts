import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { TargetName } from "./expectations.ts";
import type { Receiver } from "./receiver.ts";

/** A request to the HTTP API; `path` begins with a slash. */
export type ApiRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
};

/** Sends a request to a stage's HTTP API, with whatever shows that the sender may. */
export type SendRequest = (request: ApiRequest) => Promise<Response>;

/** The queues of a job type. */
export type TargetQueues = { readonly queueUrl: string; readonly deadLetterQueueUrl: string };

/** Where a stage's resources are. */
export type TargetResources = {
  readonly apiUrl: string;
  readonly tableName: string;
  readonly bucketName: string;
  /** By job type. */
  readonly queues: Readonly<Record<string, TargetQueues>>;
};

/** A stage that stands somewhere: all that the suite knows of it, and all by which it reaches it. */
export type Target = TargetResources & {
  readonly name: TargetName;
  /** For people: what and where it is. */
  readonly description: string;
  readonly send: SendRequest;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly s3: S3Client;
  /** What webhooks are delivered to; missing where a worker cannot reach this machine. */
  readonly receiver: Receiver | undefined;
  /** How long to wait before a job is read again, in milliseconds. */
  readonly pollMs: number;
  readonly close: () => Promise<void>;
};

/** Job types whose cases are played. */
export const SUITE_JOB_TYPES: readonly string[] = ["deliver-webhook", "profile-csv"];

/** The target cannot be tried: it is not there, or does not let us in. Neither passed nor failed. */
export class NotRun extends Error {
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "NotRun";
    this.hint = hint;
  }
}
