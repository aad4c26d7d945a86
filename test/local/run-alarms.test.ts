import { CloudWatchClient, GetMetricDataCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { describe, expect, it, onTestFinished } from "vitest";
import { type LocalEvent, type LocalRun, startLocal } from "../../lib/local/server.ts";
import { AssemblyBuilder } from "../support/assembly-builder.ts";
import { clientOptions } from "../support/client-options.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Prints a metric for each request, and then one that CloudWatch would ignore. */
const HANDLER = `
  const print = (JobsDead) => process.stdout.write(JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: "Sluice", Dimensions: [["stage"]], Metrics: [{ Name: "JobsDead" }] }],
    },
    stage: "dev",
    JobsDead,
  }) + "\\n");
  export const handler = async () => {
    print(3);
    print("many");
    return { statusCode: 202, body: "{}" };
  };
`;

const writeApp = (): string => {
  const builder = new AssemblyBuilder(temporaryFolder());
  const resources = {
    Role: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } },
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "api", ProtocolType: "HTTP" } },
    Function: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: builder.code(HANDLER),
        FunctionName: "api",
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        MemorySize: 128,
        Timeout: 10,
        Role: { "Fn::GetAtt": ["Role", "Arn"] },
      },
    },
    Integration: {
      Type: "AWS::ApiGatewayV2::Integration",
      Properties: {
        ApiId: { Ref: "Api" },
        IntegrationType: "AWS_PROXY",
        IntegrationUri: { "Fn::GetAtt": ["Function", "Arn"] },
        PayloadFormatVersion: "2.0",
      },
    },
    Route: {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId: { Ref: "Api" },
        RouteKey: "GET /",
        Target: { "Fn::Join": ["/", ["integrations", { Ref: "Integration" }]] },
      },
    },
    Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "pages" } },
    Subscription: {
      Type: "AWS::SNS::Subscription",
      Properties: { TopicArn: { Ref: "Topic" }, Protocol: "email", Endpoint: "me@example.com" },
    },
    Dying: {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        AlarmName: "dying",
        ComparisonOperator: "GreaterThanThreshold",
        EvaluationPeriods: 1,
        Threshold: 0,
        Namespace: "Sluice",
        MetricName: "JobsDead",
        Dimensions: [{ Name: "stage", Value: "dev" }],
        Period: 60,
        Statistic: "Sum",
      },
    },
    Page: {
      Type: "AWS::CloudWatch::CompositeAlarm",
      Properties: {
        AlarmName: "page",
        AlarmDescription: "Somebody has to look.",
        AlarmRule: { "Fn::Join": ["", ['ALARM("', { "Fn::GetAtt": ["Dying", "Arn"] }, '")']] },
        AlarmActions: [{ Ref: "Topic" }],
      },
    },
  };
  return builder.writeResources(resources, { Outputs: { ApiId: { Value: { Ref: "Api" } } } });
};

const start = async (
  isTimeMovable = false,
): Promise<{ run: LocalRun; events: LocalEvent[]; cloudWatch: CloudWatchClient }> => {
  const events: LocalEvent[] = [];
  const run = await startLocal({
    assemblyFolder: writeApp(),
    port: 0,
    awsPort: 0,
    isTimeMovable,
    onEvent: (event) => events.push(event),
  });
  const cloudWatch = new CloudWatchClient(clientOptions(run.awsUrl));
  onTestFinished(async () => {
    cloudWatch.destroy();
    await run.stop({ drainMs: 0 });
  });
  return { run, events, cloudWatch };
};

describe("a run", () => {
  it("has metrics of what its functions print, of their invocations and of requests", async () => {
    const { run, events, cloudWatch } = await start();
    const ApiId = String(run.outputs["App.ApiId"]);
    const metrics = [
      { Namespace: "Sluice", MetricName: "JobsDead", dimensions: { stage: "dev" } },
      { Namespace: "AWS/ApiGateway", MetricName: "Count", dimensions: { ApiId } },
      { Namespace: "AWS/ApiGateway", MetricName: "4xx", dimensions: { ApiId } },
      { Namespace: "AWS/Lambda", MetricName: "Invocations", dimensions: { FunctionName: "api" } },
      { Namespace: "AWS/Lambda", MetricName: "Invocations", dimensions: {} },
      { Namespace: "AWS/Lambda", MetricName: "Errors", dimensions: { FunctionName: "api" } },
    ];
    const sums = async (): Promise<readonly (number | undefined)[]> => {
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: metrics.map(({ Namespace, MetricName, dimensions }, place) => ({
            Id: `m${place}`,
            MetricStat: {
              Metric: {
                Namespace,
                MetricName,
                Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
              },
              Period: 3_600,
              Stat: "Sum",
            },
          })),
        }),
      );
      return MetricDataResults.map(({ Values = [] }) => Values.reduce((total, value) => total + value, 0));
    };

    await fetch(`${run.apiUrl}/`);
    await fetch(`${run.apiUrl}/nowhere`);

    await expect.poll(sums, { timeout: 10_000 }).toEqual([3, 2, 1, 1, 1, 0]);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: "metrics-ignored",
        functionName: "api",
        reason: "metric JobsDead must be a number, or a list of at most 100",
      }),
    );
  });

  it("tells what alarms do, and whom they would notify, as events", async () => {
    const { events, cloudWatch } = await start();

    await cloudWatch.send(new SetAlarmStateCommand({ AlarmName: "dying", StateValue: "ALARM", StateReason: "a test" }));

    await expect.poll(() => events.filter(({ kind }) => kind === "notification-published")).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === "alarm-changed" || kind === "notification-published")).toEqual([
      expect.objectContaining({ name: "dying", from: "INSUFFICIENT_DATA", to: "ALARM", reason: "a test" }),
      expect.objectContaining({ name: "page", from: "INSUFFICIENT_DATA", to: "ALARM" }),
      expect.objectContaining({
        topicName: "pages",
        subscribers: ["me@example.com"],
        subject: 'ALARM: "page" in us-east-1',
        message: expect.stringContaining("Somebody has to look.\nReason: Of its 1 alarms, these are in ALARM: dying."),
      }),
    ]);
  });

  it("goes on from a later time, for metrics, alarms and functions alike, when time is passed", async () => {
    const { run, events } = await start(true);
    const hourMs = 3_600_000;
    const stateOf = (name: string) => events.findLast((event) => event.kind === "alarm-changed" && event.name === name);
    await run.passTime(hourMs);
    await fetch(`${run.apiUrl}/`);

    // What the function printed may come a moment later than its answer.
    await expect
      .poll(async () => {
        await run.passTime(60_000);
        return stateOf("dying");
      })
      .toMatchObject({ to: "ALARM" });
    expect(stateOf("dying")?.atMs).toBeGreaterThan(Date.now() + hourMs);
    await run.passTime(10 * 60_000);

    expect(stateOf("dying")).toMatchObject({ to: "INSUFFICIENT_DATA" });
  });

  it("rejects to pass time where time goes by itself", async () => {
    const { run } = await start();

    await expect(run.passTime(1_000)).rejects.toMatchObject({ code: "TimeFixed" });
  });
});
