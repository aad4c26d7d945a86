import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import { clientOptions } from "./client-options.ts";

export type AwsClients = { readonly sqs: SQSClient; readonly dynamoDb: DynamoDBClient; readonly s3: S3Client };

/** Clients of a run's services that try nothing twice; they are closed when the test is over. */
export const awsClients = (endpoint: string): AwsClients => {
  const options = { ...clientOptions(endpoint), maxAttempts: 1 };
  const clients = {
    sqs: new SQSClient(options),
    dynamoDb: new DynamoDBClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
};
