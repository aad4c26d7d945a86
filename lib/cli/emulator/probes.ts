import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
} from "@aws-sdk/client-cloudwatch";
import { DescribeTimeToLiveCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, ListMessageMoveTasksCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { EmulatorAccess } from "./emulator-access.ts";
import type { DeployedJobType, EmulatorDeployment, EmulatorProbe } from "./emulator-state.ts";

/** What probes ask: the emulator's AWS, and a stage that stands there. */
export type ProbedStage = {
  readonly access: EmulatorAccess;
  readonly stage: Pick<EmulatorDeployment, "apiUrl" | "tableName" | "jobTypes">;
};

type Clients = {
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly dynamo: DynamoDBClient;
  readonly cloudWatch: CloudWatchClient;
};

type Probe = {
  readonly name: string;
  /** @returns null where it cannot be told yet; a call that fails means that it does not work */
  readonly ask: (probed: ProbedStage, clients: Clients) => Promise<boolean | null>;
  readonly works: string;
  readonly missing: string;
};

const all = (answers: readonly boolean[]): boolean => answers.length > 0 && answers.every(Boolean);

const eachJobType = async (
  { stage }: ProbedStage,
  ask: (jobType: DeployedJobType) => Promise<boolean>,
): Promise<boolean> => all(await Promise.all(Object.values(stage.jobTypes).map(ask)));

const attributeOf = async (sqs: SQSClient, url: string, name: "RedrivePolicy" | "QueueArn"): Promise<string> => {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] }));
  return Attributes?.[name] ?? "";
};

const mappingOf = async (lambda: LambdaClient, workerName: string) => {
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: workerName }));
  return EventSourceMappings?.[0];
};

const PROBES: readonly Probe[] = [
  {
    name: "redrive-policy",
    ask: (probed, { sqs }) =>
      eachJobType(probed, async ({ queueUrl }) => (await attributeOf(sqs, queueUrl, "RedrivePolicy")) !== ""),
    works: "a message that is received too often goes to the dead-letter queue",
    missing: "SQS's safety net is gone: a message that no worker settles comes back until it is too old",
  },
  {
    name: "move-tasks",
    ask: (probed, { sqs }) =>
      eachJobType(probed, async ({ deadLetterQueueUrl }) => {
        const SourceArn = await attributeOf(sqs, deadLetterQueueUrl, "QueueArn");
        await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
        return true;
      }),
    works: "SQS's own redrive (StartMessageMoveTask) is there",
    missing: "SQS's own redrive (StartMessageMoveTask) is not there; the API's redrive routes do without it",
  },
  {
    name: "time-to-live",
    ask: async ({ stage }, { dynamo }) => {
      const { TimeToLiveDescription } = await dynamo.send(
        new DescribeTimeToLiveCommand({ TableName: stage.tableName }),
      );
      return TimeToLiveDescription?.TimeToLiveStatus === "ENABLED";
    },
    works: "the table has its time to live",
    missing: "the table forgot its time to live: records stay until the emulator stops",
  },
  {
    name: "maximum-concurrency",
    ask: (probed, { lambda }) =>
      eachJobType(probed, async ({ workerName }) => {
        const mapping = await mappingOf(lambda, workerName);
        return mapping?.ScalingConfig?.MaximumConcurrency !== undefined;
      }),
    works: "mappings keep their MaximumConcurrency; how an emulator scales up to it is its own affair",
    missing: "a mapping has no MaximumConcurrency: the stage sets none, or the emulator dropped it",
  },
  {
    name: "mapping-updates",
    ask: (probed, { lambda }) =>
      eachJobType(probed, async ({ workerName }) => {
        const { UUID, BatchSize } = (await mappingOf(lambda, workerName)) ?? {};
        // Changed to what it is: the call is tried, and nothing changes.
        const updated = await lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize }));
        return updated.BatchSize === BatchSize;
      }),
    works: "mappings can be updated: the scaler, pause and limit take effect",
    missing: "mappings cannot be updated: the scaler decides and changes nothing, pause and limit fail",
  },
  {
    name: "account-concurrency",
    ask: async ({ stage }, { lambda }) => {
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand());
      for (const { workerName } of Object.values(stage.jobTypes)) {
        await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: workerName }));
      }
      return AccountLimit?.ConcurrentExecutions !== undefined;
    },
    works: "the scaler can read the account's concurrency",
    missing: "the account's concurrency cannot be read: the scaler shares out nothing",
  },
  {
    name: "schedule",
    ask: async ({ stage }) => {
      const response = await fetch(`${stage.apiUrl}/queues`);
      if (!response.ok) return null;
      const { queues } = (await response.json()) as { readonly queues: readonly { readonly decidedAt?: unknown }[] };
      return queues.some(({ decidedAt }) => typeof decidedAt === "string") ? true : null;
    },
    works: "the schedule fires: the scaler has decided",
    missing: "the schedule does not fire: the scaler runs only when somebody wakes it",
  },
  {
    name: "metric-data",
    ask: async ({ stage }, { cloudWatch }) => {
      const nowMs = Date.now();
      const [jobType] = Object.values(stage.jobTypes);
      const Dimensions = [{ Name: "QueueName", Value: jobType?.queueName ?? "none" }];
      const Metric = { Namespace: "AWS/SQS", MetricName: "ApproximateAgeOfOldestMessage", Dimensions };
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(nowMs - 300_000),
          EndTime: new Date(nowMs),
          MetricDataQueries: [{ Id: "age", MetricStat: { Metric, Period: 60, Stat: "Maximum" } }],
        }),
      );
      return MetricDataResults !== undefined;
    },
    works: "GetMetricData answers: GET /queues can ask for what CloudWatch knows",
    missing: "GetMetricData does not answer: GET /queues tells no age and no concurrency",
  },
  {
    name: "queue-metrics",
    ask: async (_, { cloudWatch }) => {
      const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace: "AWS/SQS" }));
      return (Metrics?.length ?? 0) > 0;
    },
    works: "there are metrics of SQS",
    missing:
      "there are no metrics of SQS so far: oldestAgeSeconds and concurrency are null, and alarms on them see nothing",
  },
  {
    name: "alarms",
    ask: async (_, { cloudWatch }) => {
      const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 100 }));
      return MetricAlarms?.some(({ StateValue }) => StateValue !== "INSUFFICIENT_DATA") ?? false;
    },
    works: "alarms are evaluated",
    missing: "no alarm has been evaluated so far: they are deployed, and may stay silent",
  },
  {
    name: "signatures",
    ask: async ({ access, stage }) => {
      const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" };
      const stranger = new SQSClient({ ...access, credentials, maxAttempts: 1 });
      const [jobType] = Object.values(stage.jobTypes);
      try {
        await stranger.send(
          new GetQueueAttributesCommand({ QueueUrl: jobType?.queueUrl, AttributeNames: ["QueueArn"] }),
        );
        return false;
      } catch {
        return true;
      } finally {
        stranger.destroy();
      }
    },
    works: "credentials are checked",
    missing: 'credentials are not checked: roles restrict nothing, and an API with `auth: "iam"` takes any signature',
  },
];

/** Not known yet, in words. */
const UNKNOWN = "not known yet: ask again with `npm run emulator -- --status` in a few minutes";

/** Finds out what an emulator does of what a stage uses. Changes nothing; a probe that fails is an answer. */
export const probeEmulator = async (probed: ProbedStage): Promise<readonly EmulatorProbe[]> => {
  const clients: Clients = {
    sqs: new SQSClient(probed.access),
    lambda: new LambdaClient(probed.access),
    dynamo: new DynamoDBClient(probed.access),
    cloudWatch: new CloudWatchClient(probed.access),
  };
  const results: EmulatorProbe[] = [];
  for (const { name, ask, works, missing } of PROBES) {
    const answer = await ask(probed, clients).catch(() => false);
    results.push({ name, works: answer, meaning: answer === null ? UNKNOWN : answer ? works : missing });
  }
  for (const client of Object.values(clients)) client.destroy();
  return results;
};
