import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { ProbeAnswer, ProbeEvent } from "../../lib/core/scaling/scaling-events.ts";
import { probeOnce } from "./probe-once.ts";
import { processBatch } from "./process-batch.ts";
import type { Worker } from "./worker.ts";

export type WorkerHandler = (event: SQSEvent | ProbeEvent, context: Context) => Promise<SQSBatchResponse | ProbeAnswer>;

/** Returns the Lambda handler of a worker: works batches of the queue, and answers the scaler's probes. */
export const answerEvent =
  (worker: Worker): WorkerHandler =>
  (event, context) => {
    const remainingMs = (): number => context.getRemainingTimeInMillis();
    return "probe" in event ? probeOnce(worker, remainingMs) : processBatch(worker, event.Records, remainingMs);
  };
