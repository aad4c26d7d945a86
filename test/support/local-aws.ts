import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DEAD_INDEX, DEAD_INDEX_ATTRIBUTES, PARTITION_KEY, SORT_KEY } from "../../lib/core/keys.ts";
import { startStore } from "../../lib/local/wire/store.ts";
import { clientOptions } from "./client-options.ts";

/** The services of a run, without the run: what adapters are tested against. */
export type LocalAws = {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  /** Makes a table as the template has it. @returns its name */
  readonly makeTable: (name: string) => Promise<string>;
  /** @returns its URL */
  readonly makeQueue: (name: string) => Promise<string>;
  /** @returns its name */
  readonly makeBucket: (name: string) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export const startLocalAws = async (): Promise<LocalAws> => {
  const store = await startStore(0, (error) => {
    throw error;
  });
  const options = clientOptions(store.url);
  const dynamoDb = new DynamoDBClient(options);
  const sqs = new SQSClient(options);
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  return {
    dynamoDb,
    sqs,
    s3,
    makeTable: async (TableName) => {
      await dynamoDb.send(new CreateTableCommand({ TableName, ...SCHEMA }));
      return TableName;
    },
    makeQueue: async (QueueName) => {
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
      return QueueUrl;
    },
    makeBucket: async (Bucket) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
      return Bucket;
    },
    stop: async () => {
      for (const client of [dynamoDb, sqs, s3]) client.destroy();
      await store.stop();
    },
  };
};

const key = (AttributeName: string, KeyType: "HASH" | "RANGE") => ({ AttributeName, KeyType });

const SCHEMA = {
  BillingMode: "PAY_PER_REQUEST" as const,
  AttributeDefinitions: [PARTITION_KEY, SORT_KEY, DEAD_INDEX.partitionKey, DEAD_INDEX.sortKey].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S" as const,
  })),
  KeySchema: [key(PARTITION_KEY, "HASH"), key(SORT_KEY, "RANGE")],
  GlobalSecondaryIndexes: [
    {
      IndexName: DEAD_INDEX.name,
      KeySchema: [key(DEAD_INDEX.partitionKey, "HASH"), key(DEAD_INDEX.sortKey, "RANGE")],
      Projection: { ProjectionType: "INCLUDE" as const, NonKeyAttributes: [...DEAD_INDEX_ATTRIBUTES] },
    },
  ],
};
