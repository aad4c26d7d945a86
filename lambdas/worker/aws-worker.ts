import type { Variables, WorkerEnvironment } from "../../lib/core/environment.ts";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { dynamoDbClient } from "../shared/dynamo-db-client.ts";
import { consoleLog, printLine } from "../shared/log.ts";
import { s3PayloadStore } from "../shared/s3-payload-store.ts";
import { systemClock, systemDice } from "../shared/system.ts";
import { dynamoRecordStore } from "./dynamo-record-store.ts";
import { dynamoSignalWriter } from "./dynamo-signal-writer.ts";
import { invocationReport } from "./invocation-report.ts";
import { lazyMessageQueue } from "./message-queue.ts";
import { lazyWaker } from "./pressure-wake.ts";
import type { RunApart } from "./run-apart.ts";
import type { Worker } from "./worker.ts";

/** As long as asking again would be in vain, and short next to what a job's own wait costs. */
const REST_MS = 1_000;

/** Puts a worker together on AWS's services. @param variables What the job type sees as `job.environment` */
export const awsWorker = (
  environment: WorkerEnvironment,
  module: JobTypeModule,
  variables: Variables,
  runApart: RunApart,
): Worker => {
  const { tableName, queueUrl, deadLetterQueueUrl, jobType, stage, scalerFunction } = environment;
  const dynamoDb = dynamoDbClient();
  return {
    module,
    settings: {
      jobType,
      salt: tableName,
      timeoutMs: environment.timeoutSeconds * 1_000,
      parallel: environment.parallel,
      restMs: REST_MS,
      visibilityTimeoutMs: environment.visibilityTimeoutSeconds * 1_000,
      retentionMs: environment.queueRetentionDays * 86_400_000,
    },
    records: dynamoRecordStore(dynamoDb, tableName, environment.recordRetentionDays),
    payloads: s3PayloadStore(environment.payloadBucket),
    queue: lazyMessageQueue(async () => {
      const { sqsClient } = await import("../shared/sqs-client.ts");
      const { sqsMessageQueue } = await import("./sqs-message-queue.ts");
      return sqsMessageQueue(sqsClient(), queueUrl, deadLetterQueueUrl);
    }),
    runApart,
    report: invocationReport({
      dimensions: { stage, jobType },
      signals: dynamoSignalWriter(dynamoDb, tableName, { jobType, dice: systemDice }),
      wakeScaler: lazyWaker(async () => {
        const { scalerWaker } = await import("../shared/scaler-waker.ts");
        return scalerWaker(scalerFunction, jobType);
      }),
      print: printLine,
      clock: systemClock,
      log: consoleLog,
    }),
    clock: systemClock,
    dice: systemDice,
    log: consoleLog,
    environment: variables,
  };
};
