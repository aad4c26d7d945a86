import { Duration, Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Policy, PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { SCALER_VARIABLES, type ScalerQueue } from "../core/environment.ts";
import { SCALING_KEY, SIGNALS_KEY_PREFIX } from "../core/keys.ts";
import type { QueueBounds } from "../core/scaling/queue-scaling.ts";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import { environmentVariables } from "./environment-variables.ts";
import { type Grant, statementsOf } from "./grant.ts";
import type { JobQueue } from "./job-queue.ts";
import type { JobWorker } from "./job-worker.ts";
import { NodeFunction } from "./node-function.ts";

/** What starting the SDK's clients needs: a minute's look waits for AWS, and computes next to nothing. */
const MEMORY_MIB = 256;
/** A run looks for less than a minute; the rest is for its last look, of which a probe is the longest part. */
const TIMEOUT_SECONDS = 70;
/** The shortest that Lambda and EventBridge Scheduler offer. */
const MAX_EVENT_AGE_SECONDS = 60;

const ENTRY = `import { serveScaler } from "./lambdas/scaler/handler";
export const handler = serveScaler();`;

/** One job type, as the scaler knows it. */
export type ScaledJobType = {
  readonly name: string;
  readonly settings: ParsedJobType;
  readonly queue: JobQueue;
};

export type ScalerProps = {
  readonly stage: ParsedStage;
  readonly table: ITableV2;
  readonly jobTypes: readonly ScaledJobType[];
};

/**
 * The function that looks at the queues once a minute, and sets what their mappings may run.
 *
 * The workers know it, because they wake it; so it knows no worker and no mapping but by the rights that
 * {@link Scaler.allowControl} adds, or CloudFormation would find a circle.
 */
export class Scaler extends Construct {
  readonly lambda: LambdaFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ScalerProps) {
    super(scope, id);
    const { lambda, role } = new NodeFunction(this, "Handler", {
      description: "Looks at the queues each minute, and sets their concurrency",
      entry: ENTRY,
      memoryMiB: MEMORY_MIB,
      timeoutSeconds: TIMEOUT_SECONDS,
      logRetentionDays: props.stage.logRetentionDays,
      environment: environmentVariables(SCALER_VARIABLES, {
        tableName: props.table.tableName,
        stage: props.stage.name,
        queues: Stack.of(this).toJsonString(queuesOf(props.jobTypes)),
      }),
      grants: grantsOf(props),
    });
    this.lambda = lambda;
    this.#role = role;
    // A minute later the schedule asks again: an old question is worth nothing.
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(MAX_EVENT_AGE_SECONDS) });
    this.#schedule();
  }

  /** Lets the scaler change these workers' mappings, and ask their job types' probes. */
  allowControl(workers: readonly JobWorker[]): void {
    const functions = workers.map(({ lambda }) => lambda.functionArn);
    const mappings = workers.map(({ mapping }) => mapping.eventSourceMappingArn);
    // A policy of its own, that nothing waits for. Named by a pattern on the stack's name the workers would be lost
    // where CloudFormation cuts a long name short.
    new Policy(this, "Control", {
      roles: [this.#role],
      document: new PolicyDocument({
        statements: statementsOf([
          { actions: ["lambda:GetEventSourceMapping"], resources: mappings },
          {
            actions: ["lambda:UpdateEventSourceMapping"],
            resources: mappings,
            // An update can name another function: it may not.
            conditions: { ArnEquals: { "lambda:FunctionArn": functions } },
          },
          { actions: ["lambda:InvokeFunction"], resources: functions },
        ]),
      }),
    });
  }

  #schedule(): void {
    const role = new Role(this, "ScheduleRole", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: statementsOf([{ actions: ["lambda:InvokeFunction"], resources: [this.lambda.functionArn] }]),
        }),
      },
    });
    new CfnSchedule(this, "EachMinute", {
      description: "Runs the scaler",
      scheduleExpression: "rate(1 minute)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: this.lambda.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: MAX_EVENT_AGE_SECONDS },
      },
    });
  }
}

const boundsOf = (settings: ParsedJobType): QueueBounds => ({
  floor: settings.minConcurrency,
  ceiling: settings.maxConcurrency,
  provisioned: settings.provisioned,
  parallel: settings.parallel,
  batchSize: settings.batchSize,
  timeoutSeconds: settings.timeoutSeconds,
  targetWaitSeconds: settings.targetWaitSeconds,
});

const queuesOf = (jobTypes: readonly ScaledJobType[]): Readonly<Record<string, ScalerQueue>> =>
  Object.fromEntries(
    jobTypes.map(({ name, settings, queue: { queue } }) => [
      name,
      { queueUrl: queue.queueUrl, queueArn: queue.queueArn, bounds: boundsOf(settings) },
    ]),
  );

const grantsOf = ({ table, jobTypes }: ScalerProps): readonly Grant[] => [
  // Of the table it sees what workers count and what it keeps itself: no job.
  {
    actions: ["dynamodb:Query"],
    resources: [table.tableArn],
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [SCALING_KEY, `${SIGNALS_KEY_PREFIX}*`] } },
  },
  {
    actions: ["dynamodb:UpdateItem"],
    resources: [table.tableArn],
    conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [SCALING_KEY] } },
  },
  { actions: ["sqs:GetQueueAttributes"], resources: jobTypes.map(({ queue }) => queue.queue.queueArn) },
  { actions: ["lambda:ListEventSourceMappings", "lambda:GetAccountSettings"], resources: ["*"] },
];
