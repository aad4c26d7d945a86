import { readFileSync } from "node:fs";
import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import {
  Alarm,
  type AlarmProps,
  AlarmRule,
  CompositeAlarm,
  Dashboard,
  MathExpression,
  Metric,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { describe, expect, it } from "vitest";
import { type Stack as ReadStack, readAssembly } from "../../../lib/local/assembly.ts";
import { deploy } from "../../../lib/local/deployment.ts";
import { evaluate, type Scope } from "../../../lib/local/intrinsics.ts";
import { isJsonObject } from "../../../lib/local/json.ts";
import { alarm } from "../../../lib/local/resources/alarm.ts";
import { compositeAlarm } from "../../../lib/local/resources/composite-alarm.ts";
import { topic } from "../../../lib/local/resources/topic.ts";
import { parseTemplate } from "../../../lib/local/template.ts";
import { checkTemplates } from "../../../lib/local/template-check.ts";
import type { World } from "../../../lib/local/world.ts";
import { AssemblyBuilder } from "../../support/assembly-builder.ts";
import { emptyWorld } from "../../support/empty-world.ts";
import { shippedStages } from "../../support/synthesize.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const errors = new Metric({
  namespace: "AWS/Lambda",
  metricName: "Errors",
  dimensionsMap: { FunctionName: "f" },
  statistic: "Sum",
  period: Duration.minutes(1),
});

const PLAIN: AlarmProps = { metric: errors, threshold: 2, evaluationPeriods: 5, datapointsToAlarm: 3 };

const read = (build: (stack: Stack) => void): Promise<readonly ReadStack[]> => {
  const stack = new Stack(new App(), "App");
  build(stack);
  const template = { ...Template.fromStack(stack).toJSON(), Rules: {}, Parameters: {} };
  return readAssembly(new AssemblyBuilder(temporaryFolder()).write({ App: { template } }));
};

const make = async (build: (stack: Stack) => void): Promise<World> => deployed(await read(build));

const deployed = async (stacks: readonly ReadStack[]): Promise<World> => {
  const world = emptyWorld();
  checkTemplates(stacks);
  await deploy(stacks, world);
  return world;
};

describe("an alarm", () => {
  it("on a metric is made as the CDK describes it", async () => {
    const { alarms } = await make((stack) => void new Alarm(stack, "Plain", { ...PLAIN, alarmDescription: "look" }));

    expect(alarms).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^App-Plain.*-[a-z0-9]{12}$/),
        arn: expect.stringMatching(/^arn:aws:cloudwatch:us-east-1:000000000000:alarm:App-Plain/),
        description: "look",
        actionsEnabled: true,
        condition: {
          comparison: "GreaterThanOrEqualToThreshold",
          threshold: 2,
          evaluationPeriods: 5,
          datapointsToAlarm: 3,
          missingData: "missing",
        },
        periodSeconds: 60,
        queries: [
          expect.objectContaining({
            kind: "metric",
            metric: { namespace: "AWS/Lambda", metric: "Errors", dimensions: { FunctionName: "f" } },
            statistic: "Sum",
          }),
        ],
      }),
    ]);
  });

  it("on an expression knows which query counts, and its period", async () => {
    const { alarms } = await make((stack) => {
      const metric = new MathExpression({
        expression: "FILL(errors, 0) * 2",
        usingMetrics: { errors },
        period: Duration.minutes(5),
      });
      new Alarm(stack, "Math", { ...PLAIN, metric });
    });

    expect(alarms).toEqual([expect.objectContaining({ resultId: "expr_1", periodSeconds: 300 })]);
  });

  it("takes percentiles, and leaves missing data of DynamoDB alone unless it is told otherwise", async () => {
    const throttles = new Metric({ namespace: "AWS/DynamoDB", metricName: "ReadThrottleEvents", statistic: "p99.9" });
    const { alarms } = await make((stack) => void new Alarm(stack, "Table", { ...PLAIN, metric: throttles }));

    expect(alarms).toEqual([
      expect.objectContaining({
        condition: expect.objectContaining({ missingData: "ignore" }),
        queries: [expect.objectContaining({ statistic: "p99.9" })],
      }),
    ]);
  });

  it("tells a topic, made of others too", async () => {
    const { alarms, topics } = await make((stack) => {
      const topic = new Topic(stack, "Topic", { enforceSSL: true });
      topic.addSubscription(new EmailSubscription("me@example.com"));
      const one = new Alarm(stack, "One", PLAIN);
      one.addAlarmAction(new SnsAction(topic));
      const alarmRule = AlarmRule.allOf(one, AlarmRule.not(AlarmRule.fromBoolean(false)));
      const suppressor = { actionsSuppressor: one, actionsSuppressorWaitPeriod: Duration.seconds(90) };
      new CompositeAlarm(stack, "Page", { alarmRule, ...suppressor }).addAlarmAction(new SnsAction(topic));
      new Dashboard(stack, "Dashboard", { widgets: [[new TextWidget({ markdown: "x" })]] });
    });

    const [topic] = [...topics.values()];
    expect(topic).toMatchObject({ name: expect.stringMatching(/^App-Topic/), subscribers: ["me@example.com"] });
    expect(alarms.map(({ kind, alarmActions }) => ({ kind, alarmActions }))).toEqual([
      { kind: "metric", alarmActions: [topic?.arn] },
      { kind: "composite", alarmActions: [topic?.arn] },
    ]);
    expect(alarms[1]).toMatchObject({ suppressor: { alarm: alarms[0]?.arn, waitSeconds: 90, extensionSeconds: 60 } });
  });

  it("tells what of it works otherwise", async () => {
    const differences = checkTemplates(
      await read((stack) => {
        new Topic(stack, "Topic").addSubscription(new EmailSubscription("me@example.com"));
        new Dashboard(stack, "Dashboard", { widgets: [[new TextWidget({ markdown: "x" })]] });
      }),
    );

    expect(differences.map(({ type, property, why }) => `${type} ${property}: ${why}`)).toEqual(
      expect.arrayContaining([
        "AWS::SNS::Subscription Protocol: no e-mail leaves this machine: what it would say is an event of the run, and printed",
        "AWS::CloudWatch::Dashboard DashboardBody: there are no dashboards: ask for the metrics with GetMetricData",
      ]),
    );
  });

  const cfn = (Type: string, Properties: object): object => ({ One: { Type, Properties } });
  const metricAlarm = (more: object): object =>
    cfn("AWS::CloudWatch::Alarm", {
      ComparisonOperator: "GreaterThanThreshold",
      EvaluationPeriods: 1,
      Threshold: 1,
      MetricName: "Errors",
      Namespace: "AWS/Lambda",
      Period: 60,
      Statistic: "Sum",
      ...more,
    });
  const expression = (Expression: string): object => metricAlarm({ Metrics: [{ Id: "e", Expression }] });

  it.each([
    {
      what: "functions of metric math that it does not know",
      resources: expression("ANOMALY_DETECTION_BAND(m, 2)"),
      message: "Metrics[].Expression uses ANOMALY_DETECTION_BAND, which is not among ABS, AVG",
    },
    {
      what: "a statistic",
      resources: metricAlarm({ Statistic: "TM90" }),
      message: "is supported as Maximum, Minimum, Sum",
    },
    {
      what: "a comparison",
      resources: metricAlarm({ ComparisonOperator: "LessThanLowerThreshold" }),
      message: "ComparisonOperator is supported as GreaterThanOrEqualToThreshold or",
    },
    { what: "a band", resources: metricAlarm({ ThresholdMetricId: "ad1" }), message: "ThresholdMetricId is not among" },
    {
      what: "more datapoints than periods",
      resources: metricAlarm({ DatapointsToAlarm: 2 }),
      message: "must be 1–1, got 2",
    },
    {
      what: "an expression over what there is not",
      resources: expression("m1 + 1"),
      message: "query e must be made of queries that there are, got m1",
    },
    {
      what: "an expression over itself",
      resources: expression("e + 1"),
      message: "query e must not be made of itself",
    },
    {
      what: "an action that is no topic",
      resources: metricAlarm({ AlarmActions: ["arn:aws:lambda:us-east-1:000000000000:function:f"] }),
      message: "must be ARNs of SNS topics of this app",
    },
    {
      what: "a rule with a function that it does not know",
      resources: cfn("AWS::CloudWatch::CompositeAlarm", { AlarmRule: "AT_LEAST(1, ALARM, (a))" }),
      message: "AlarmRule uses AT_LEAST, which is not among",
    },
    {
      what: "a rule over alarms of others",
      resources: cfn("AWS::CloudWatch::CompositeAlarm", { AlarmRule: "ALARM(a)" }),
      message: "must name alarms of this app that are made before it",
    },
    {
      what: "subscriptions other than by e-mail",
      resources: cfn("AWS::SNS::Subscription", { Protocol: "sms", Endpoint: "1", TopicArn: "t" }),
      message: "Protocol is supported as email or email-json, not sms",
    },
  ])("rejects $what", async ({ resources, message }) => {
    const folder = new AssemblyBuilder(temporaryFolder()).writeResources({ ...resources });

    await expect(deployed(await readAssembly(folder))).rejects.toThrow(message);
  });
});

describe("the shipped stages' alarms", () => {
  it.each(Object.keys(shippedStages))("of %s are all understood", async (stage) => {
    const file = new URL(`../../snapshots/${stage}.pipeline.json`, import.meta.url);
    const { resources } = parseTemplate(stage, JSON.parse(readFileSync(file, "utf8")));
    const world = emptyWorld();
    const refs = new Map<string, string>();
    const scope: Scope = {
      ref: (name) => refs.get(name) ?? name,
      attribute: (logicalId, attribute) => `${logicalId}.${attribute}`,
      condition: () => true,
      exported: (name) => name,
    };
    const types = [topic, alarm, compositeAlarm];
    const watching = types.flatMap((type) =>
      Object.entries(resources).flatMap(([logicalId, resource]) =>
        resource.type === type.type ? [{ type, logicalId }] : [],
      ),
    );
    for (const { type, logicalId } of watching) {
      const properties = evaluate(resources[logicalId]?.properties ?? {}, scope);
      const made = await type.create(
        { stackName: stage, logicalId, type: type.type, properties: isJsonObject(properties) ? properties : {} },
        world,
      );
      refs.set(logicalId, made.ref);
    }

    expect(world.alarms).toHaveLength(watching.length - world.topics.size);
    expect(world.alarms.length).toBeGreaterThan(10);
  });
});
