import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions } from "../support/client-options.ts";
import type { SendRequest, Target } from "./target.ts";

const ENDPOINT = "http://127.0.0.1:9";

/** A target without services, for tests of the suite itself. @param send its HTTP API; by default nothing may be sent */
export const nowhereTarget = (send: SendRequest = () => Promise.reject(new Error("nothing may be sent"))): Target => {
  const options = { ...clientOptions(ENDPOINT), maxAttempts: 1 };
  return {
    name: "embedded",
    description: "nowhere",
    apiUrl: ENDPOINT,
    tableName: "table",
    bucketName: "bucket",
    queues: {},
    send,
    sqs: new SQSClient(options),
    dynamoDb: new DynamoDBClient(options),
    s3: new S3Client(options),
    receiver: undefined,
    pollMs: 1,
    close: async () => undefined,
  };
};
