import { readWorkerEnvironment } from "../../lib/core/environment.ts";
import type { JobTypeModule } from "../../lib/core/job-type.ts";
import { systemClock } from "../shared/system.ts";
import { answerEvent, type WorkerHandler } from "./answer-event.ts";
import { isApart } from "./apart-messages.ts";
import { awsWorker } from "./aws-worker.ts";
import { runApart } from "./run-apart.ts";

/**
 * Makes the Lambda handler of a job type; none in a thread that runs attempts apart.
 *
 * @param bundleUrl The module that calls this: what such a thread loads
 */
export const serveWorker = (module: JobTypeModule, bundleUrl: string): WorkerHandler | undefined => {
  if (isApart(process.argv)) {
    void import("./serve-apart.ts").then(({ serveApart }) => serveApart(module, systemClock));
    return undefined;
  }
  const memoryMiB = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE);
  const apart = runApart({ memoryMiB, source: new URL(bundleUrl) });
  return answerEvent(awsWorker(readWorkerEnvironment(process.env), module, process.env, apart));
};
