import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LocalEvent, LocalOptions, LocalRun } from "../../lib/local/server.ts";
import { startLocal } from "../../lib/local/server.ts";
import { AssemblyBuilder } from "../support/assembly-builder.ts";
import { clientOptions } from "../support/client-options.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SDK = new URL("../../node_modules/@aws-sdk/", import.meta.url).href;

const WORKER = `
  export const handler = async ({ Records = [], waitMs = 20 }) => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    for (const { body } of Records) console.log("done " + body);
    return { batchItemFailures: [] };
  };
`;

/** Calls Lambda as a scaler does: from inside a function. */
const CALLER = `
  import { GetAccountSettingsCommand, InvokeCommand, LambdaClient } from "${SDK}client-lambda/dist-cjs/index.js";
  const lambda = new LambdaClient();
  export const handler = async () => {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    const Payload = JSON.stringify({ waitMs: 1 });
    const answered = await lambda.send(new InvokeCommand({ FunctionName: process.env.WORKER, Payload }));
    return { concurrency: AccountLimit.ConcurrentExecutions, worker: JSON.parse(answered.Payload.transformToString()) };
  };
`;

const functionOf = (Code: object, variables: Record<string, unknown> = {}): object => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    Code,
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    MemorySize: 128,
    Timeout: 10,
    Role: "arn:aws:iam::000000000000:role/any",
    Environment: { Variables: variables },
  },
});

const writeApp = (): string => {
  const builder = new AssemblyBuilder(temporaryFolder());
  const resources = {
    Queue: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 30 } },
    Worker: functionOf(builder.code(WORKER)),
    Caller: functionOf(builder.code(CALLER), { WORKER: { Ref: "Worker" } }),
    Mapping: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] },
        FunctionName: { Ref: "Worker" },
        BatchSize: 1,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      },
    },
    EachMinute: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: "rate(1 minute)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: { "Fn::GetAtt": ["Caller", "Arn"] },
          RoleArn: "arn:aws:iam::000000000000:role/any",
          RetryPolicy: { MaximumRetryAttempts: 1 },
        },
      },
    },
    CallerEvents: {
      Type: "AWS::Lambda::EventInvokeConfig",
      Properties: { FunctionName: { Ref: "Caller" }, Qualifier: "$LATEST", MaximumRetryAttempts: 0 },
    },
  };
  return builder.writeResources(resources, {
    Outputs: {
      QueueUrl: { Value: { Ref: "Queue" } },
      QueueArn: { Value: { "Fn::GetAtt": ["Queue", "Arn"] } },
      Worker: { Value: { Ref: "Worker" } },
      Caller: { Value: { Ref: "Caller" } },
      Mapping: { Value: { Ref: "Mapping" } },
    },
  });
};

const start = async (options: Partial<LocalOptions> = {}) => {
  const events: LocalEvent[] = [];
  const done: string[] = [];
  const run = await startLocal({
    assemblyFolder: writeApp(),
    port: 0,
    awsPort: 0,
    mappingUpdateMs: 100,
    onLog: ({ text }) => {
      if (text.startsWith("done ")) done.push(text.slice(5));
    },
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => run.stop({ drainMs: 0 }));
  const clients = clientsOf(run);
  const outputs = run.outputs;
  const UUID = outputs["App.Mapping"];
  return {
    run,
    events,
    done,
    ...clients,
    outputs,
    UUID,
    /** Sends messages with these numbers. */
    send: async (first: number, count: number): Promise<void> => {
      for (let from = first; from < first + count; from += 10) {
        const numbers = Array.from({ length: Math.min(10, first + count - from) }, (_, index) => from + index);
        const Entries = numbers.map((number) => ({ Id: String(number), MessageBody: String(number) }));
        await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: outputs["App.QueueUrl"], Entries }));
      }
    },
    /** Changes the mapping and waits until the change is in effect. */
    change: async (change: Omit<UpdateEventSourceMappingCommandInput, "UUID">, state: string): Promise<void> => {
      await clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));
      const stateNow = async () => (await clients.lambda.send(new GetEventSourceMappingCommand({ UUID }))).State;
      await expect.poll(stateNow, { timeout: 5_000 }).toBe(state);
    },
  };
};

const clientsOf = (run: LocalRun) => {
  const options = { ...clientOptions(run.awsUrl), maxAttempts: 1 };
  const clients = {
    lambda: new LambdaClient(options),
    sqs: new SQSClient(options),
    cloudWatch: new CloudWatchClient(options),
  };
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
};

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, number) => String(number));

/** The most invocations at one time among these events, which begin with so many underway. */
const mostRunning = (events: readonly LocalEvent[], underway: number): number => {
  let running = underway;
  let most = underway;
  for (const { kind } of events) {
    if (kind === "invocation-started") running += 1;
    if (kind === "invocation-ended") running -= 1;
    most = Math.max(most, running);
  }
  return most;
};

const startsIn = (events: readonly LocalEvent[]): number =>
  events.filter(({ kind }) => kind === "invocation-started").length;

describe("a mapping that is changed through Lambda while messages flow", () => {
  it("is limited, paused and resumed, and loses no message", { timeout: 60_000 }, async () => {
    const { run, events, done, lambda, outputs, UUID, send, change } = await start();
    const { EventSourceMappings } = await lambda.send(
      new ListEventSourceMappingsCommand({ EventSourceArn: outputs["App.QueueArn"] }),
    );
    await send(0, 100);
    await expect.poll(() => done.length, { timeout: 20_000 }).toBeGreaterThan(20);

    await change({ ScalingConfig: { MaximumConcurrency: 2 } }, "Enabled");
    await expect.poll(() => run.observe()[0]?.running, { timeout: 5_000, interval: 5 }).toBeLessThanOrEqual(2);
    const limitedFrom = events.length;
    const underway = run.observe()[0]?.running ?? 0;
    const limited = run.observe()[0];
    const doneBefore = done.length;
    await send(100, 140);
    await expect.poll(() => done.length, { timeout: 20_000 }).toBeGreaterThan(doneBefore + 40);
    const whileLimited = events.slice(limitedFrom);

    await change({ Enabled: false }, "Disabled");
    const drained = (): boolean => run.observe().every(({ running, inFlight }) => running + inFlight === 0);
    await expect.poll(drained, { timeout: 5_000 }).toBe(true);
    const pausedFrom = events.length;
    const paused = run.observe()[0];
    await send(240, 20);
    await expect.poll(() => run.observe()[0]?.visible, { timeout: 5_000 }).toBe((paused?.visible ?? 0) + 20);
    await change({ ScalingConfig: {} }, "Disabled");
    const whilePaused = events.slice(pausedFrom);

    await change({ Enabled: true }, "Enabled");
    await expect.poll(() => done.length, { timeout: 20_000 }).toBe(260);

    expect(EventSourceMappings?.map((mapping) => mapping.UUID)).toEqual([UUID]);
    expect(limited).toMatchObject({ state: "Enabled", isEnabled: true, limit: 2, allowed: 2 });
    expect(startsIn(whileLimited)).toBeGreaterThan(20);
    expect(mostRunning(whileLimited, underway)).toBeLessThanOrEqual(2);
    expect(paused).toMatchObject({ state: "Disabled", isEnabled: false, limit: 2, allowed: 0 });
    expect(paused?.visible).toBeGreaterThan(0);
    expect(startsIn(whilePaused)).toBe(0);
    expect(run.observe()[0]).toMatchObject({ state: "Enabled", isEnabled: true, limit: undefined });
    expect(done.toSorted()).toEqual(numbers(260).toSorted());
  });
});

describe("invoking a function through Lambda", () => {
  it("works from inside another function, as a scaler asks a worker", { timeout: 30_000 }, async () => {
    const { lambda, outputs } = await start({ accountConcurrency: 7 });

    const { FunctionError, Payload } = await lambda.send(new InvokeCommand({ FunctionName: outputs["App.Caller"] }));

    expect(JSON.parse(Payload?.transformToString() ?? "")).toEqual({
      concurrency: 7,
      worker: { batchItemFailures: [] },
    });
    expect(FunctionError).toBeUndefined();
  });

  it("refuses what finds no concurrency, tries an event again, and counts both", { timeout: 30_000 }, async () => {
    const { lambda, cloudWatch, outputs, events } = await start({ accountConcurrency: 1 });
    const FunctionName = outputs["App.Worker"];
    const invoke = (InvocationType: "Event" | "RequestResponse", waitMs: number) =>
      lambda.send(new InvokeCommand({ FunctionName, InvocationType, Payload: JSON.stringify({ waitMs }) }));
    const long = invoke("RequestResponse", 700);
    await expect.poll(() => startsIn(events), { timeout: 10_000 }).toBe(1);

    const refused = invoke("RequestResponse", 1);
    await expect(refused).rejects.toThrow(TooManyRequestsException);
    const { StatusCode } = await invoke("Event", 1);
    await long;

    expect(StatusCode).toBe(202);
    await expect
      .poll(() => events.filter(({ kind }) => kind === "invocation-ended").length, { timeout: 10_000 })
      .toBe(2);
    const sumOf = async (MetricName: string): Promise<number | undefined> => {
      const Metric = {
        Namespace: "AWS/Lambda",
        MetricName,
        Dimensions: [{ Name: "FunctionName", Value: FunctionName }],
      };
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: [{ Id: "m", MetricStat: { Metric, Period: 3_600, Stat: "Sum" } }],
        }),
      );
      return MetricDataResults?.[0]?.Values?.[0];
    };
    await expect.poll(() => sumOf("Invocations"), { timeout: 5_000 }).toBe(2);
    expect(await sumOf("Throttles")).toBe(2);
  });
});
