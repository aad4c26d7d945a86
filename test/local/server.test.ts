import { once } from "node:events";
import { createServer } from "node:net";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LocalEvent, LocalLog, LocalOptions, LocalRun } from "../../lib/local/server.ts";
import { startLocal } from "../../lib/local/server.ts";
import { AssemblyBuilder } from "../support/assembly-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SDK = new URL("../../node_modules/@aws-sdk/", import.meta.url).href;

const API = `
  import { SendMessageCommand, SQSClient } from "${SDK}client-sqs/dist-cjs/index.js";
  const sqs = new SQSClient();
  export const handler = async ({ body, pathParameters }) => {
    const sent = await sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: body }));
    return { statusCode: 202, body: JSON.stringify({ id: sent.MessageId, type: pathParameters.type }) };
  };
`;

/** Writes each message to the table, and does what the message asks for. */
const WORKER = `
  import { DynamoDBClient, PutItemCommand } from "${SDK}client-dynamodb/dist-cjs/index.js";
  const client = new DynamoDBClient();
  export const handler = async ({ Records }) => {
    const batchItemFailures = [];
    for (const { messageId, body, attributes } of Records) {
      const { crash, fail, waitMs = 0 } = JSON.parse(body);
      if (crash) process.exit(1);
      if (fail) batchItemFailures.push({ itemIdentifier: messageId });
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const Item = { pk: { S: messageId }, receives: { N: attributes.ApproximateReceiveCount } };
      await client.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item }));
      console.log("wrote " + process.env.GREETING);
    }
    return { batchItemFailures };
  };
`;

const functionOf = (Code: object, variables: Record<string, unknown>, timeoutSeconds = 10): object => ({
  Type: "AWS::Lambda::Function",
  DependsOn: ["Role"],
  Properties: {
    Code,
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    MemorySize: 128,
    Timeout: timeoutSeconds,
    Role: { "Fn::GetAtt": ["Role", "Arn"] },
    Environment: { Variables: variables },
  },
});

/** A pipeline of two stacks: the second imports the first one's table and secret. */
const writePipeline = (visibilityTimeoutSeconds = 30): string => {
  const builder = new AssemblyBuilder(temporaryFolder());
  const data = {
    Resources: {
      Table: {
        Type: "AWS::DynamoDB::GlobalTable",
        DeletionPolicy: "Retain",
        Properties: {
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
          Replicas: [{ Region: { Ref: "AWS::Region" } }],
        },
      },
      Secret: {
        Type: "AWS::SecretsManager::Secret",
        Properties: { GenerateSecretString: { PasswordLength: 20, ExcludePunctuation: true } },
      },
    },
    Outputs: {
      Table: { Value: { Ref: "Table" }, Export: { Name: "Data:Table" } },
      Secret: { Value: { Ref: "Secret" }, Export: { Name: "Data:Secret" } },
    },
  };
  const secret = ["key_{{resolve:secretsmanager:", { "Fn::ImportValue": "Data:Secret" }, ":SecretString:::}}"];
  const app = {
    Resources: {
      Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } },
      Dead: { Type: "AWS::SQS::Queue" },
      Queue: {
        Type: "AWS::SQS::Queue",
        Properties: {
          VisibilityTimeout: visibilityTimeoutSeconds,
          RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 2 },
        },
      },
      Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "api", ProtocolType: "HTTP" } },
      ApiFunction: functionOf(builder.code(API), { QUEUE_URL: { Ref: "Queue" } }),
      Integration: {
        Type: "AWS::ApiGatewayV2::Integration",
        Properties: {
          ApiId: { Ref: "Api" },
          IntegrationType: "AWS_PROXY",
          IntegrationUri: { "Fn::GetAtt": ["ApiFunction", "Arn"] },
          PayloadFormatVersion: "2.0",
        },
      },
      Route: {
        Type: "AWS::ApiGatewayV2::Route",
        Properties: {
          ApiId: { Ref: "Api" },
          RouteKey: "POST /jobs/{type}",
          Target: { "Fn::Join": ["/", ["integrations", { Ref: "Integration" }]] },
        },
      },
      Worker: functionOf(
        builder.code(WORKER),
        {
          TABLE_NAME: { "Fn::ImportValue": "Data:Table" },
          SIGNING_KEY: { "Fn::Join": ["", secret] },
          GREETING: "hello",
        },
        Math.min(10, visibilityTimeoutSeconds),
      ),
      Mapping: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] },
          FunctionName: { Ref: "Worker" },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
          ScalingConfig: { MaximumConcurrency: 3 },
        },
      },
    },
    Outputs: {
      Url: { Value: { "Fn::GetAtt": ["Api", "ApiEndpoint"] } },
      QueueUrl: { Value: { Ref: "Queue" } },
      DeadUrl: { Value: { Ref: "Dead" } },
    },
  };
  return builder.write({ App: { template: app, dependencies: ["Data"] }, Data: { template: data } });
};

type Started = {
  readonly run: LocalRun;
  readonly logs: LocalLog[];
  readonly events: LocalEvent[];
  readonly submit: (job: object) => Promise<string>;
  /** How often a message was received when it was last written to the table; none when it was not. */
  readonly receivesOf: (id: string) => Promise<string | undefined>;
};

const start = async (options: Partial<LocalOptions> = {}): Promise<Started> => {
  const logs: LocalLog[] = [];
  const events: LocalEvent[] = [];
  const run = await startLocal({
    assemblyFolder: writePipeline(),
    port: 0,
    awsPort: 0,
    onLog: (line) => logs.push(line),
    onEvent: (event) => events.push(event),
    ...options,
  });
  onTestFinished(() => run.stop({ drainMs: 0 }));
  const table = client(run, DynamoDBClient);
  return {
    run,
    logs,
    events,
    submit: async (job) => {
      const response = await fetch(`${run.apiUrl}/jobs/some`, { method: "POST", body: JSON.stringify(job) });
      return (JSON.parse(await response.text()) as { readonly id: string }).id;
    },
    receivesOf: async (id) => {
      const { Item } = await table.send(
        new GetItemCommand({ TableName: run.outputs["Data.Table"], Key: { pk: { S: id } } }),
      );
      return Item?.receives?.N;
    },
  };
};

const client = <Client extends { destroy(): void }>(
  run: LocalRun,
  Client: new (options: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  }) => Client,
): Client => {
  const made = new Client({
    endpoint: run.awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  onTestFinished(() => made.destroy());
  return made;
};

describe("a local run", () => {
  it("takes a job from the API through the queue and the worker to the table", async () => {
    const { run, logs, submit, receivesOf } = await start();

    const id = await submit({});

    await expect.poll(() => receivesOf(id), { timeout: 10_000 }).toBe("1");
    await expect.poll(() => logs.map(({ text }) => text)).toContain("wrote hello");
    await expect.poll(() => run.observe()).toMatchObject([{ visible: 0, inFlight: 0, running: 0, environments: 1 }]);
  });

  it("takes a job with an emoji", async () => {
    const { submit, receivesOf } = await start();

    const id = await submit({ text: "😀" });

    await expect.poll(() => receivesOf(id), { timeout: 10_000 }).toBe("1");
  });

  it("gives a failed message again, and then moves it to the dead-letter queue", async () => {
    const { run, submit, receivesOf } = await start({ assemblyFolder: writePipeline(3) });
    const sqs = client(run, SQSClient);

    const id = await submit({ fail: true });

    await expect.poll(() => receivesOf(id), { timeout: 15_000 }).toBe("2");
    const dead = async (): Promise<string | undefined> => {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: run.outputs["App.DeadUrl"], AttributeNames: ["All"] }),
      );
      return Attributes?.ApproximateNumberOfMessages;
    };
    await expect.poll(dead, { timeout: 10_000 }).toBe("1");
  });

  it("goes on when a worker's environment dies", async () => {
    const { events, submit, receivesOf } = await start();
    await submit({ crash: true });
    await expect
      .poll(() => events, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ kind: "environment-ended", reason: "crashed" }));

    const id = await submit({});

    await expect.poll(() => receivesOf(id), { timeout: 10_000 }).toBe("1");
  });

  it("runs no more invocations at once than the mapping allows", async () => {
    const { events, submit, receivesOf } = await start();

    const ids = await Promise.all(Array.from({ length: 12 }, () => submit({ waitMs: 30 })));

    for (const id of ids) await expect.poll(() => receivesOf(id), { timeout: 10_000 }).toBe("1");
    let running = 0;
    let most = 0;
    for (const event of events) {
      if (!("functionName" in event) || !event.functionName.startsWith("App-Worker")) continue;
      if (event.kind === "invocation-started") running += 1;
      if (event.kind === "invocation-ended") running -= 1;
      most = Math.max(most, running);
    }
    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(0);
  });

  it("shows functions what the template gives them, and outputs by stack", async () => {
    const { run } = await start();

    const variables = run.variablesOf("Worker");

    expect(variables).toEqual({
      TABLE_NAME: run.outputs["Data.Table"],
      SIGNING_KEY: expect.stringMatching(/^key_[A-Za-z0-9]{20}$/),
      GREETING: "hello",
    });
    expect(run.outputs["App.Url"]).toBe(run.apiUrl);
    expect(run.outputs["App.QueueUrl"]).toMatch(new RegExp(`^${run.awsUrl}/000000000000/App-Queue-[a-z0-9]{12}$`));
    expect(run.observe()).toEqual([expect.objectContaining({ allowed: 3, running: 0, visible: 0 })]);
    expect(() => run.variablesOf("Nobody")).toThrow("function must be one of the app, got Nobody");
  });

  it("overrides variables that a function declares", async () => {
    const { run, logs, submit } = await start({ environment: { GREETING: "good evening" } });

    await submit({});

    await expect.poll(() => logs.map(({ text }) => text), { timeout: 10_000 }).toContain("wrote good evening");
    expect(run.variablesOf("ApiFunction")).not.toHaveProperty("GREETING");
  });

  it("keeps metrics of its functions", async () => {
    const { run, submit, receivesOf } = await start();
    const id = await submit({});
    await expect.poll(() => receivesOf(id), { timeout: 10_000 }).toBe("1");
    const cloudWatch = client(run, CloudWatchClient);
    const FunctionName = run.observe()[0]?.functionName;

    const invocations = async (): Promise<number | undefined> => {
      const { MetricDataResults } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: [
            {
              Id: "invocations",
              MetricStat: {
                Metric: {
                  Namespace: "AWS/Lambda",
                  MetricName: "Invocations",
                  Dimensions: [{ Name: "FunctionName", Value: FunctionName }],
                },
                Period: 3_600,
                Stat: "Sum",
              },
            },
          ],
        }),
      );
      return MetricDataResults?.[0]?.Values?.[0];
    };

    await expect.poll(invocations, { timeout: 5_000 }).toBe(1);
  });

  it("names what works otherwise than on AWS", async () => {
    const { run } = await start();

    expect(run.differences).toContainEqual({
      type: "AWS::IAM::Role",
      property: "AssumeRolePolicyDocument",
      why: "IAM is not enforced here: every call is allowed",
    });
  });
});

describe("stopping a local run", () => {
  it("lets what runs end", async () => {
    const { run, events, submit } = await start();
    await submit({ waitMs: 500 });
    const isWorkerEvent = (kind: LocalEvent["kind"]) => (event: LocalEvent) =>
      event.kind === kind && "functionName" in event && event.functionName.startsWith("App-Worker");
    await expect.poll(() => events.some(isWorkerEvent("environment-started")), { timeout: 10_000 }).toBe(true);

    await run.stop();

    const ended = events.find(isWorkerEvent("invocation-ended"));
    expect(ended).toMatchObject({ errorType: undefined });
  });

  it("breaks off what does not end in time", async () => {
    const { run, events, submit } = await start();
    await submit({ waitMs: 9_000 });
    await expect
      .poll(() => events, { timeout: 10_000 })
      .toContainEqual(
        expect.objectContaining({ kind: "environment-started", functionName: expect.stringContaining("Worker") }),
      );

    await run.stop({ drainMs: 10 });

    await expect
      .poll(() => events)
      .toContainEqual(expect.objectContaining({ kind: "invocation-ended", errorType: "Runtime.ExitError" }));
  });

  it("leaves no port open, no thread and no timer", async () => {
    const before = process.getActiveResourcesInfo().toSorted();
    const { run, submit } = await start();
    await submit({});
    await run.stop();

    await expect(fetch(run.apiUrl)).rejects.toThrow();
    await expect(fetch(run.awsUrl)).rejects.toThrow();
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((name) => /Timeout|Server|MessagePort|Worker/.test(name)))
      .toEqual(before.filter((name) => /Timeout|Server|MessagePort|Worker/.test(name)));
  });

  it("may be asked for twice", async () => {
    const { run } = await start();

    await Promise.all([run.stop(), run.stop()]);

    await expect(fetch(run.awsUrl)).rejects.toThrow();
  });
});

const busyPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
};

describe("starting a local run", () => {
  it("rejects a port that is in use, for each of the two", async () => {
    const port = await busyPort();

    await expect(start({ port })).rejects.toMatchObject({
      code: "PortInUse",
      message: expect.stringMatching(/^--port /),
    });
    await expect(start({ awsPort: port })).rejects.toMatchObject({
      code: "PortInUse",
      message: expect.stringMatching(/^--aws-port /),
    });
  });

  it("rejects variables that no function declares", async () => {
    await expect(start({ environment: { GREETINGS: "x" } })).rejects.toMatchObject({
      code: "VariableUnknown",
      message: "environment must name variables that a function declares, got GREETINGS",
      hint: "choose from GREETING, QUEUE_URL, SIGNING_KEY, TABLE_NAME",
    });
  });

  it("rejects a template that it cannot run before it opens a port", async () => {
    const folder = new AssemblyBuilder(temporaryFolder()).writeResources({ Stream: { Type: "AWS::Kinesis::Stream" } });
    const port = await busyPort();

    await expect(start({ assemblyFolder: folder, port })).rejects.toMatchObject({ code: "TemplateUnsupported" });
  });

  it.each([
    {
      what: "a cycle of references",
      resources: {
        A: { Type: "AWS::SQS::Queue", Properties: { QueueName: { Ref: "B" } } },
        B: { Type: "AWS::SQS::Queue", Properties: { QueueName: { Ref: "A" } } },
      },
      message: "App must have no cycle of references, got A → B → A",
    },
    {
      what: "two queues of one name",
      resources: {
        A: { Type: "AWS::SQS::Queue", Properties: { QueueName: "same" } },
        B: { Type: "AWS::SQS::Queue", Properties: { QueueName: "same" } },
      },
      message: "App.B must have a name of its own, got that of App.A",
    },
    {
      what: "a queue that SQS refuses",
      resources: { Queue: { Type: "AWS::SQS::Queue", Properties: { VisibilityTimeout: 99_999 } } },
      message: /^App\.Queue \(AWS::SQS::Queue\) must be made, got: .*VisibilityTimeout/,
    },
    {
      what: "a value that is not supported, where a function gives it",
      resources: {
        Stage: {
          Type: "AWS::ApiGatewayV2::Stage",
          Properties: { ApiId: "a", StageName: { "Fn::Join": ["", ["li", "ve"]] } },
        },
      },
      message: /App\.Stage \(AWS::ApiGatewayV2::Stage\): StageName is supported as \$default, not live/,
    },
    {
      what: "a function whose code is not in the assembly",
      resources: {
        Worker: {
          Type: "AWS::Lambda::Function",
          Properties: { Handler: "index.handler", Runtime: "nodejs24.x", Code: { S3Bucket: "b", S3Key: "k.zip" } },
        },
      },
      message: 'App.Worker.Code.S3Key must be the key of an asset of this assembly, got "k.zip"',
    },
  ])("rejects $what, and leaves both ports free", async ({ resources, message }) => {
    const assemblyFolder = new AssemblyBuilder(temporaryFolder()).writeResources(resources);
    const ports = { port: await freePort(), awsPort: await freePort() };

    await expect(start({ assemblyFolder, ...ports })).rejects.toThrow(message);

    for (const port of Object.values(ports)) await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
};
