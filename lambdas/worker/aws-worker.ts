import type { Variables, WorkerEnvironment } from "../../lib/core/environment.ts";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { dynamoDbClient, sqsClient } from "../shared/aws-clients.ts";
import { consoleLog } from "../shared/log.ts";
import { systemClock, systemDice } from "../shared/system.ts";
import { dynamoRecordStore } from "./dynamo-record-store.ts";
import { sqsMessageQueue } from "./message-queue.ts";
import type { Worker } from "./process-batch.ts";

/** Puts a worker together on AWS's services. @param variables What the job type sees as `job.environment` */
export const awsWorker = (environment: WorkerEnvironment, module: JobTypeModule, variables: Variables): Worker => {
  const { tableName, queueUrl, deadLetterQueueUrl } = environment;
  return {
    module,
    settings: {
      jobType: environment.jobType,
      salt: tableName,
      timeoutMs: environment.timeoutSeconds * 1_000,
      parallel: environment.parallel,
      visibilityTimeoutMs: environment.visibilityTimeoutSeconds * 1_000,
    },
    records: dynamoRecordStore(dynamoDbClient(), tableName, environment.recordRetentionDays),
    queue: sqsMessageQueue(sqsClient(), queueUrl, deadLetterQueueUrl),
    clock: systemClock,
    dice: systemDice,
    log: consoleLog,
    environment: variables,
  };
};
