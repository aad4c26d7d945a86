import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { recordOf } from "../../lambdas/shared/record-item.ts";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import { clientOptions } from "../support/client-options.ts";
import type { DeadLetter } from "./evidence.ts";
import type { ChaosWorker } from "./system-messages.ts";

/** Reads every job's record, as any client of DynamoDB could. */
export const readRecords = async (awsUrl: string, worker: ChaosWorker): Promise<ReadonlyMap<string, JobRecord>> => {
  const client = new DynamoDBClient(clientOptions(awsUrl));
  const records = new Map<string, JobRecord>();
  const TableName = worker.variables[WORKER_VARIABLES.tableName];
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) {
      const record = recordOf(item);
      if (record !== undefined) records.set(record.id, record);
    }
  }
  client.destroy();
  return records;
};

/** Longer than the reading takes, so that no message comes twice. */
const HIDDEN_SECONDS = 600;

/** Receives all that a job type's dead-letter queue holds. */
export const readDeadLetters = async (awsUrl: string, worker: ChaosWorker): Promise<readonly DeadLetter[]> => {
  const client = new SQSClient(clientOptions(awsUrl));
  const found: DeadLetter[] = [];
  const receive = new ReceiveMessageCommand({
    QueueUrl: worker.variables[WORKER_VARIABLES.deadLetterQueueUrl],
    MaxNumberOfMessages: 10,
    VisibilityTimeout: HIDDEN_SECONDS,
    MessageAttributeNames: ["All"],
  });
  for (;;) {
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) break;
    for (const { Body = "", MessageAttributes = {} } of Messages) {
      found.push({ body: Body, reason: MessageAttributes["sluice.reason"]?.StringValue });
    }
  }
  client.destroy();
  return found;
};
