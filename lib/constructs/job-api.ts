import { Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { CfnIntegration, CfnRoute, HttpApi, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { API_VARIABLES, type ApiQueue } from "../core/environment.ts";
import { DEAD_INDEX, SCALING_KEY } from "../core/keys.ts";
import { ROUTES } from "../core/routes.ts";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import { environmentVariables } from "./environment-variables.ts";
import { expiringLogs } from "./expiring-logs.ts";
import type { JobQueue } from "./job-queue.ts";
import type { JobWorker } from "./job-worker.ts";
import { importPath } from "./node-bundle.ts";
import { type Grant, NodeFunction } from "./node-function.ts";
import { payloadGrants } from "./payload-grants.ts";

const MEMORY_MIB = 512;
/** One second below what an HTTP API waits for. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const TIMEOUT_SECONDS = 29;
/** As fine as AWS publishes its metrics. */
const METRICS_PERIOD_SECONDS = 60;

const NAMED_ROUTES = ROUTES.map(({ operationId, method, path }) => [operationId, `${method} ${path}`] as const);
/** Every other request. It is authorized as the named ones are, or strangers would reach the function through it. */
const DEFAULT_ROUTE = ["default", "$default"] as const;

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

/** The HTTP API: one function behind every route, and behind whatever is no route, so that refusals have one shape. */
export class JobApi extends Construct {
  readonly url: string;
  readonly apiId: string;
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: JobApiProps) {
    super(scope, id);
    const { lambda } = new NodeFunction(this, "Handler", {
      description: "Answers the HTTP API",
      entry: apiEntry(props.jobTypes),
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
      logRetentionDays: props.stage.logRetentionDays,
      environment: environmentVariables(API_VARIABLES, {
        tableName: props.table.tableName,
        queues: Stack.of(this).toJsonString(queuesOf(props.jobTypes)),
        metricsPeriodSeconds: METRICS_PERIOD_SECONDS,
        payloadBucket: props.payloads.bucketName,
        recordRetentionDays: props.stage.recordRetentionDays,
        redriveLimit: props.stage.redriveLimit,
        scalerFunction: props.scaler.functionName,
      }),
      grants: grantsOf(props),
    });
    const api = new HttpApi(this, "HttpApi", { apiName: Stack.of(this).stackName, createDefaultStage: false });
    this.#route(api, lambda, props.stage);
    this.lambda = lambda;
    this.apiId = api.apiId;
    this.url = this.#publish(api, props.stage).url;
  }

  #route(api: HttpApi, lambda: LambdaFunction, stage: ParsedStage): void {
    const integration = new CfnIntegration(this, "Integration", {
      apiId: api.apiId,
      integrationType: "AWS_PROXY",
      integrationUri: lambda.functionArn,
      payloadFormatVersion: "2.0",
    });
    for (const [operationId, routeKey] of [...NAMED_ROUTES, DEFAULT_ROUTE]) {
      new CfnRoute(this, operationId, {
        apiId: api.apiId,
        routeKey,
        authorizationType: stage.auth === "iam" ? "AWS_IAM" : "NONE",
        target: `integrations/${integration.ref}`,
      });
    }
    lambda.addPermission("Invoke", {
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: Stack.of(this).formatArn({ service: "execute-api", resource: api.apiId, resourceName: "*/*" }),
    });
  }

  #publish(api: HttpApi, stage: ParsedStage): HttpStage {
    const destination = new LogGroupLogDestination(expiringLogs(this, "AccessLogs", stage.logRetentionDays));
    return new HttpStage(this, "Stage", {
      httpApi: api,
      autoDeploy: true,
      throttle: { rateLimit: stage.throttle.ratePerSecond, burstLimit: stage.throttle.burst },
      accessLogSettings: { destination, format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)) },
    });
  }
}

/** One line a request. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  time: "$context.requestTimeEpoch",
  ip: "$context.identity.sourceIp",
  caller: "$context.identity.caller",
  route: "$context.routeKey",
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  integrationMs: "$context.integrationLatency",
  responseBytes: "$context.responseLength",
  error: "$context.error.message",
};

const apiEntry = (jobTypes: readonly ApiJobType[]): string =>
  [
    `import { serveApi } from "./lambdas/api/handler.ts";`,
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
