import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { readWorkerEnvironment } from "../../lib/core/environment.ts";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { awsWorker } from "./aws-worker.ts";
import { processBatch } from "./process-batch.ts";

/** Makes the Lambda handler of a job type. */
export const serveWorker = (
  module: JobTypeModule,
): ((event: SQSEvent, context: Context) => Promise<SQSBatchResponse>) => {
  const worker = awsWorker(readWorkerEnvironment(process.env), module, process.env);
  return (event, context) => processBatch(worker, event.Records, () => context.getRemainingTimeInMillis());
};
