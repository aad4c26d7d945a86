import { Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { API_VARIABLES, type ApiQueue } from "../core/environment.ts";
import { DEAD_INDEX, SCALING_KEY } from "../core/keys.ts";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import type { ApiFront, ApiFrontProps } from "./api-front.ts";
import { environmentVariables } from "./environment-variables.ts";
import { httpFront } from "./http-front.ts";
import type { JobQueue } from "./job-queue.ts";
import type { JobWorker } from "./job-worker.ts";
import { importPath } from "./node-bundle.ts";
import { type Grant, NodeFunction } from "./node-function.ts";
import { payloadGrants } from "./payload-grants.ts";
import { restFront } from "./rest-front.ts";

const MEMORY_MIB = 512;
/** As fine as AWS publishes its metrics. */
const METRICS_PERIOD_SECONDS = 60;

type Front = {
  readonly add: (scope: Construct, props: ApiFrontProps) => ApiFront;
  /** One second below what it waits for the function. */
  readonly timeoutSeconds: number;
};

const FRONTS: Readonly<Record<ParsedStage["front"], Front>> = {
  /** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
  http: { add: httpFront, timeoutSeconds: 29 },
  /** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
  rest: { add: restFront, timeoutSeconds: 28 },
};

/** One job type, as the API knows it. */
export type ApiJobType = {
  readonly name: string;
  /** The module that exports `input`. */
  readonly file: string;
  readonly queue: JobQueue;
  readonly worker: JobWorker;
  readonly settings: ParsedJobType;
};

export type JobApiProps = {
  readonly stage: ParsedStage;
  readonly table: ITableV2;
  readonly payloads: IBucket;
  readonly jobTypes: readonly ApiJobType[];
  /** Woken when somebody sets something by hand. */
  readonly scaler: LambdaFunction;
};

/** The API: one function behind every route, and behind whatever is no route, so that refusals have one shape. */
export class JobApi extends Construct implements ApiFront {
  readonly url: string;
  readonly apiId: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly keyId: string | undefined;
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: JobApiProps) {
    super(scope, id);
    const { stage } = props;
    const { add, timeoutSeconds } = FRONTS[stage.front];
    const { lambda } = new NodeFunction(this, "Handler", {
      description: "Answers the HTTP API",
      entry: apiEntry(props.jobTypes),
      memoryMiB: MEMORY_MIB,
      timeoutSeconds,
      logRetentionDays: stage.logRetentionDays,
      environment: environmentVariables(API_VARIABLES, {
        tableName: props.table.tableName,
        queues: Stack.of(this).toJsonString(queuesOf(props.jobTypes)),
        metricsPeriodSeconds: METRICS_PERIOD_SECONDS,
        payloadBucket: props.payloads.bucketName,
        recordRetentionDays: stage.recordRetentionDays,
        redriveLimit: stage.redriveLimit,
        scalerFunction: props.scaler.functionName,
      }),
      grants: grantsOf(props),
    });
    this.lambda = lambda;
    const { url, apiId, dimensions, keyId } = add(this, { stage, lambda });
    this.url = url;
    this.apiId = apiId;
    this.dimensions = dimensions;
    this.keyId = keyId;
  }
}

const apiEntry = (jobTypes: readonly ApiJobType[]): string =>
  [
    `import { serveApi } from "./lambdas/api/handler";`,
    ...jobTypes.map(({ file }, index) => `import { input as input${index} } from "${importPath(file)}";`),
    `export const handler = serveApi({ ${jobTypes.map(({ name }, index) => `"${name}": input${index}`).join(", ")} });`,
  ].join("\n");

const queuesOf = (jobTypes: readonly ApiJobType[]): Readonly<Record<string, ApiQueue>> =>
  Object.fromEntries(
    jobTypes.map(({ name, queue, worker, settings }) => [
      name,
      {
        queueUrl: queue.queue.queueUrl,
        deadLetterQueueUrl: queue.deadLetterQueue.queueUrl,
        functionName: worker.lambda.functionName,
        limit: settings.maxConcurrency ?? null,
        isProvisioned: settings.provisioned !== undefined,
      },
    ]),
  );

const grantsOf = ({ table, payloads, jobTypes, scaler }: JobApiProps): readonly Grant[] => [
  {
    actions: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
    resources: jobTypes.map(({ queue }) => queue.queue.queueArn),
  },
  // To list what is there means to receive it; to move it back, to delete it.
  {
    actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
    resources: jobTypes.map(({ queue }) => queue.deadLetterQueue.queueArn),
  },
  { actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.tableArn] },
  { actions: ["dynamodb:Query"], resources: [`${table.tableArn}/index/${DEAD_INDEX.name}`] },
  // What the scaler decided, and what is set by hand.
  {
    actions: ["dynamodb:Query"],
    resources: [table.tableArn],
    conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [SCALING_KEY] } },
  },
  { actions: ["lambda:InvokeFunction"], resources: [scaler.functionArn] },
  // A redrive writes the input anew, or it would be gone before the job that needs it.
  ...payloadGrants(payloads, { inputs: ["s3:GetObject", "s3:PutObject"], results: ["s3:GetObject"] }),
  // CloudWatch has no rights by metric: this is the one action that takes no narrower resource.
  { actions: ["cloudwatch:GetMetricData"], resources: ["*"] },
];
