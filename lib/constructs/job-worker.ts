import { Duration } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { EventSourceMapping, type Function as LambdaFunction, RecursiveLoop } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { WORKER_VARIABLES } from "../core/environment.ts";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import { environmentVariables } from "./environment-variables.ts";
import type { JobSecrets } from "./generated-secret.ts";
import type { Grant } from "./grant.ts";
import type { JobQueue } from "./job-queue.ts";
import { importPath } from "./node-bundle.ts";
import { NodeFunction } from "./node-function.ts";
import { payloadGrants } from "./payload-grants.ts";

export type JobWorkerProps = {
  readonly jobType: string;
  readonly settings: ParsedJobType;
  readonly stage: ParsedStage;
  /** The module that exports `input` and `run`. */
  readonly file: string;
  readonly queue: JobQueue;
  readonly table: ITableV2;
  readonly payloads: IBucket;
  readonly secrets: JobSecrets;
  /** Woken by a worker whose downstream asks to slow down. */
  readonly scaler: LambdaFunction;
};

/** A job type's function, and the mapping that hands it batches from the queue. */
export class JobWorker extends Construct {
  readonly lambda: LambdaFunction;
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, props: JobWorkerProps) {
    super(scope, id);
    const { settings, stage } = props;
    this.lambda = new NodeFunction(this, "Worker", {
      description: `Runs ${props.jobType} jobs`,
      entry: workerEntry(props.file),
      memoryMiB: settings.memoryMiB,
      timeoutSeconds: settings.functionTimeoutSeconds,
      logRetentionDays: stage.logRetentionDays,
      environment: environmentOf(props),
      grants: grantsOf(props),
      // A job that is throttled for long is renewed by a message to its own queue: after 16 of them Lambda would stop it.
      recursiveLoop: RecursiveLoop.ALLOW,
    }).lambda;
    this.mapping = new EventSourceMapping(this, "Mapping", {
      target: this.lambda,
      eventSourceArn: props.queue.queue.queueArn,
      batchSize: settings.batchSize,
      maxBatchingWindow: Duration.seconds(settings.batchWindowSeconds),
      reportBatchItemFailures: true,
      maxConcurrency: settings.maxConcurrency,
      provisionedPollerConfig: settings.provisioned && {
        minimumPollers: settings.provisioned.min,
        maximumPollers: settings.provisioned.max,
      },
    });
  }
}

const workerEntry = (file: string): string =>
  [
    `import { serveWorker } from "./lambdas/worker/handler";`,
    `import * as job from "${importPath(file)}";`,
    "export const handler = serveWorker(job, import.meta.url);",
  ].join("\n");

const environmentOf = ({
  jobType,
  settings,
  stage,
  queue,
  table,
  payloads,
  secrets,
  scaler,
}: JobWorkerProps): Record<string, string> => ({
  ...settings.environment,
  ...Object.fromEntries(Object.entries(secrets).map(([variable, secret]) => [variable, secret.signingKey()])),
  ...environmentVariables(WORKER_VARIABLES, {
    tableName: table.tableName,
    jobType,
    queueUrl: queue.queue.queueUrl,
    deadLetterQueueUrl: queue.deadLetterQueue.queueUrl,
    timeoutSeconds: settings.timeoutSeconds,
    parallel: settings.parallel,
    visibilityTimeoutSeconds: settings.visibilityTimeoutSeconds,
    queueRetentionDays: settings.retentionDays,
    recordRetentionDays: stage.recordRetentionDays,
    payloadBucket: payloads.bucketName,
    stage: stage.name,
    scalerFunction: scaler.functionName,
  }),
});

const grantsOf = ({ queue, table, payloads, scaler }: JobWorkerProps): readonly Grant[] => [
  {
    actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
    resources: [queue.queue.queueArn],
  },
  // Into its own queue it sends jobs whose message has grown old.
  { actions: ["sqs:SendMessage"], resources: [queue.queue.queueArn, queue.deadLetterQueue.queueArn] },
  { actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.tableArn] },
  ...payloadGrants(payloads, { inputs: ["s3:GetObject"], results: ["s3:PutObject"] }),
  { actions: ["lambda:InvokeFunction"], resources: [scaler.functionArn] },
];
