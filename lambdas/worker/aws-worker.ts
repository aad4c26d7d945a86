import type { Variables, WorkerEnvironment } from "../../lib/core/environment.ts";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { dynamoDbClient } from "../shared/dynamo-db-client.ts";
import { consoleLog } from "../shared/log.ts";
import { s3PayloadStore } from "../shared/s3-payload-store.ts";
import { systemClock, systemDice } from "../shared/system.ts";
import { dynamoRecordStore } from "./dynamo-record-store.ts";
import { lazyMessageQueue } from "./message-queue.ts";
import type { RunApart } from "./run-apart.ts";
import type { Worker } from "./worker.ts";

/** Puts a worker together on AWS's services. @param variables What the job type sees as `job.environment` */
export const awsWorker = (
  environment: WorkerEnvironment,
  module: JobTypeModule,
  variables: Variables,
  runApart: RunApart,
): Worker => {
  const { tableName, queueUrl, deadLetterQueueUrl } = environment;
  return {
    module,
    settings: {
      jobType: environment.jobType,
      salt: tableName,
      timeoutMs: environment.timeoutSeconds * 1_000,
      parallel: environment.parallel,
      visibilityTimeoutMs: environment.visibilityTimeoutSeconds * 1_000,
      retentionMs: environment.queueRetentionDays * 86_400_000,
    },
    records: dynamoRecordStore(dynamoDbClient(), tableName, environment.recordRetentionDays),
    payloads: s3PayloadStore(environment.payloadBucket),
    queue: lazyMessageQueue(async () => {
      const { sqsClient } = await import("../shared/sqs-client.ts");
      const { sqsMessageQueue } = await import("./sqs-message-queue.ts");
      return sqsMessageQueue(sqsClient(), queueUrl, deadLetterQueueUrl);
    }),
    runApart,
    clock: systemClock,
    dice: systemDice,
    log: consoleLog,
    environment: variables,
  };
};
