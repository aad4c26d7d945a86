import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import { cbor } from "@smithy/core/cbor";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AlarmSettings } from "../../../lib/local/alarm-settings.ts";
import { Alarms } from "../../../lib/local/alarms.ts";
import { parseAlarmRule } from "../../../lib/local/composite-rule.ts";
import { readMetricDataQueries } from "../../../lib/local/metric-data.ts";
import { pointOf, pointOfValues } from "../../../lib/local/metric-point.ts";
import { MetricStore } from "../../../lib/local/metrics.ts";
import { answerCloudWatch } from "../../../lib/local/wire/cloudwatch-protocols.ts";
import { clientOptions } from "../../support/client-options.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { serve } from "../../support/local-server.ts";

const START = new Date("2026-11-22T10:00:00Z");
const at = (seconds: number): number => START.getTime() + seconds * 1_000;
const RANGE = { StartTime: START, EndTime: new Date(at(300)) };

const base = (name: string) => ({
  name,
  arn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`,
  description: undefined,
  actionsEnabled: true,
  alarmActions: [],
  okActions: [],
  insufficientDataActions: [],
});

const metricAlarm = (name: string): AlarmSettings => {
  const Metric = { Namespace: "Mine", MetricName: "Bad", Dimensions: [] };
  const read = readMetricDataQueries([{ Id: "m1", MetricStat: { Metric, Period: 60, Stat: "Sum" } }]);
  return {
    ...base(name),
    kind: "metric",
    condition: {
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      missingData: "notBreaching",
    },
    queries: read.kind === "read" ? read.queries : [],
    resultId: "m1",
    periodSeconds: 60,
    isIgnoringLowSamples: false,
    shown: { Namespace: "Mine", MetricName: "Bad", Statistic: "Sum" },
  };
};

const compositeAlarm = (name: string, ruleText: string): AlarmSettings => {
  const parsed = parseAlarmRule(ruleText);
  if (parsed.kind === "refused") throw new Error(parsed.problem);
  return { ...base(name), kind: "composite", rule: parsed.value, ruleText, suppressor: undefined };
};

type Bench = {
  readonly client: CloudWatchClient;
  readonly url: string;
  readonly clock: FakeClock;
  readonly metrics: MetricStore;
  readonly alarms: Alarms;
};

const bench = async (settings: readonly AlarmSettings[] = []): Promise<Bench> => {
  const clock = fakeClock(START.getTime());
  const metrics = new MetricStore(900_000);
  const alarms = new Alarms({ metrics, clock, onChange: () => undefined, onNotice: () => undefined });
  alarms.watch(settings);
  const { url } = await serve(answerCloudWatch({ metrics, alarms, clock }));
  const client = new CloudWatchClient({ ...clientOptions(url), maxAttempts: 1 });
  onTestFinished(() => {
    alarms.stop();
    client.destroy();
  });
  return { client, url, clock, metrics, alarms };
};

describe("CloudWatch", () => {
  it("answers metric math, and returns only what is to be returned", async () => {
    const { client, metrics } = await bench();
    metrics.add([pointOf("N", "Errors", {}, at(0), 2), pointOf("N", "Errors", {}, at(120), 6)]);
    const Metric = { Namespace: "N", MetricName: "Errors" };
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        ...RANGE,
        ScanBy: "TimestampAscending",
        MetricDataQueries: [
          { Id: "double", Expression: "FILL(errors, 0) * 2", Label: "twice" },
          { Id: "high", Expression: "double > 4" },
          { Id: "errors", MetricStat: { Metric, Period: 60, Stat: "Sum" }, ReturnData: false },
        ],
      }),
    );

    expect(MetricDataResults?.map(({ Id, Label, Values }) => ({ Id, Label, Values }))).toEqual([
      { Id: "double", Label: "twice", Values: [4, 0, 12, 0, 0] },
      { Id: "high", Label: "high", Values: [0, 0, 1, 0, 0] },
    ]);
    expect(MetricDataResults?.[0]?.Timestamps?.[2]).toEqual(new Date(at(120)));
  });

  it("answers at once though queries share what they are made of many times over", async () => {
    const { client } = await bench();
    const layers = Array.from({ length: 60 }, (_, layer) => {
      const Expression = layer === 0 ? "1" : `(a${layer - 1} + b${layer - 1}) / 2`;
      return ["a", "b"].map((name) => ({
        Id: `${name}${layer}`,
        Expression,
        ReturnData: layer === 59 && name === "a",
      }));
    });

    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({ ...RANGE, MetricDataQueries: layers.flat() }),
    );

    expect(MetricDataResults).toMatchObject([{ Id: "a59", Values: [1, 1, 1, 1, 1] }]);
  });

  it("answers percentiles", async () => {
    const { client, metrics } = await bench();
    const values = Array.from({ length: 100 }, (_, place) => [place + 1, 1] as const);
    metrics.add([pointOfValues("N", "Latency", {}, at(0), values)].filter((point) => point !== undefined));
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        ...RANGE,
        MetricDataQueries: ["p50", "p90", "p99"].map((Stat) => ({
          Id: Stat,
          MetricStat: { Metric: { Namespace: "N", MetricName: "Latency" }, Period: 60, Stat },
        })),
      }),
    );

    expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([[50], [90], [99]]);
  });

  it("takes metrics: values, lists of them and sums, compressed when they are many", async () => {
    const { client } = await bench();
    const Timestamp = new Date(at(0));
    const many = Array.from({ length: 150 }, (_, place) => place);
    await client.send(
      new PutMetricDataCommand({
        Namespace: "Mine",
        MetricData: [
          { MetricName: "One", Value: 5, Timestamp, Dimensions: [{ Name: "a", Value: "b" }] },
          { MetricName: "List", Values: [1, 2], Counts: [3, 1], Timestamp },
          { MetricName: "Now", Value: 7 },
          { MetricName: "Sums", StatisticValues: { Sum: 9, SampleCount: 3, Minimum: 1, Maximum: 5 }, Timestamp },
        ],
      }),
    );
    await client.send(
      new PutMetricDataCommand({
        Namespace: "Mine",
        MetricData: Array.from({ length: 20 }, (_, one) => ({ MetricName: `Long${one}`, Values: many, Timestamp })),
      }),
    );
    const statistics = async (MetricName: string, Dimensions = [{ Name: "a", Value: "b" }].slice(1)) =>
      (
        await client.send(
          new GetMetricStatisticsCommand({
            ...RANGE,
            Namespace: "Mine",
            MetricName,
            Dimensions,
            Period: 60,
            Statistics: ["Sum", "SampleCount", "Maximum"],
          }),
        )
      ).Datapoints;

    expect(await statistics("One", [{ Name: "a", Value: "b" }])).toMatchObject([{ Timestamp, Sum: 5, SampleCount: 1 }]);
    expect(await statistics("Now")).toMatchObject([{ Timestamp, Sum: 7 }]);
    expect(await statistics("List")).toMatchObject([{ Sum: 5, SampleCount: 4, Maximum: 2 }]);
    expect(await statistics("Sums")).toMatchObject([{ Sum: 9, SampleCount: 3, Maximum: 5 }]);
    expect(await statistics("Long19")).toMatchObject([{ SampleCount: 150, Maximum: 149 }]);
  });

  it("lists metrics by namespace, name and dimensions", async () => {
    const { client, metrics } = await bench();
    metrics.add([
      pointOf("A", "x", { q: "1" }, at(0), 1),
      pointOf("A", "y", { q: "2" }, at(0), 1),
      pointOf("B", "x", {}, at(0), 1),
    ]);
    const names = async (input: object): Promise<readonly string[]> => {
      const { Metrics = [] } = await client.send(new ListMetricsCommand(input));
      return Metrics.map(({ Namespace, MetricName }) => `${Namespace}/${MetricName}`);
    };

    expect(await names({})).toEqual(["A/x", "A/y", "B/x"]);
    expect(await names({ Namespace: "A" })).toEqual(["A/x", "A/y"]);
    expect(await names({ MetricName: "x" })).toEqual(["A/x", "B/x"]);
    expect(await names({ Dimensions: [{ Name: "q" }] })).toEqual(["A/x", "A/y"]);
    expect(await names({ Dimensions: [{ Name: "constructor" }] })).toEqual([]);
    expect(await names({ Dimensions: [{ Name: "q", Value: "2" }] })).toEqual(["A/y"]);
  });

  it("describes alarms as they change, composite ones to who asks for them", async () => {
    const { client, clock, metrics } = await bench([metricAlarm("dying"), compositeAlarm("page", "ALARM(dying)")]);
    const before = await client.send(new DescribeAlarmsCommand({}));
    expect(before.MetricAlarms).toMatchObject([{ AlarmName: "dying", StateValue: "INSUFFICIENT_DATA" }]);
    expect(before.CompositeAlarms).toEqual([]);

    await clock.pass(130_000);
    metrics.add([pointOf("Mine", "Bad", {}, clock.nowMs(), 1)]);
    await clock.pass(60_000);

    const AlarmTypes: ("MetricAlarm" | "CompositeAlarm")[] = ["MetricAlarm", "CompositeAlarm"];
    const after = await client.send(new DescribeAlarmsCommand({ AlarmTypes }));
    expect(after.MetricAlarms).toMatchObject([
      {
        AlarmName: "dying",
        AlarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:dying",
        Namespace: "Mine",
        MetricName: "Bad",
        Period: 60,
        Threshold: 0,
        TreatMissingData: "notBreaching",
        StateValue: "ALARM",
        StateReason: expect.stringContaining("1 out of the last 1 datapoint"),
        StateUpdatedTimestamp: new Date(at(180)),
      },
    ]);
    expect(after.CompositeAlarms).toMatchObject([
      { AlarmName: "page", AlarmRule: "ALARM(dying)", StateValue: "ALARM" },
    ]);
  });

  it("finds alarms by name, beginning of a name, state, and page by page", async () => {
    const { client } = await bench(["api-slow", "api-failing", "dying"].map(metricAlarm));
    await client.send(new SetAlarmStateCommand({ AlarmName: "dying", StateValue: "ALARM", StateReason: "a test" }));
    const names = async (input: object): Promise<readonly (string | undefined)[]> =>
      ((await client.send(new DescribeAlarmsCommand(input))).MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);

    expect(await names({ AlarmNames: ["dying", "nobody"] })).toEqual(["dying"]);
    expect(await names({ AlarmNamePrefix: "api-" })).toEqual(["api-slow", "api-failing"]);
    expect(await names({ StateValue: "ALARM" })).toEqual(["dying"]);
    const { NextToken } = await client.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    expect(await names({ MaxRecords: 2, NextToken })).toEqual(["dying"]);
  });

  it("answers alarms in CBOR too", async () => {
    const { url } = await bench([metricAlarm("dying")]);
    const response = await fetch(`${url}service/GraniteServiceVersion20100801/operation/DescribeAlarms`, {
      method: "POST",
      headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
      body: new Uint8Array(cbor.serialize({})),
    });

    const { MetricAlarms } = cbor.deserialize(new Uint8Array(await response.arrayBuffer()));
    expect(MetricAlarms).toMatchObject([{ AlarmName: "dying", StateUpdatedTimestamp: { tag: 1 } }]);
  });

  it.each([
    {
      what: "a statistic",
      command: new GetMetricStatisticsCommand({ ...RANGE, Namespace: "N", MetricName: "M", Period: 60 }),
      error: "a statistic must be",
    },
    {
      what: "a statistic that objects have by themselves",
      command: new GetMetricStatisticsCommand({
        ...RANGE,
        Namespace: "N",
        MetricName: "M",
        Period: 60,
        Statistics: ["constructor" as "Sum"],
      }),
      error: "a statistic must be",
    },
    {
      what: "more statistics than 1,440 at once",
      command: new GetMetricStatisticsCommand({
        StartTime: new Date(at(0)),
        EndTime: new Date(at(1_441)),
        Namespace: "N",
        MetricName: "M",
        Period: 1,
        Statistics: ["Sum"],
      }),
      error: "You have requested up to 1441 datapoints, which exceeds the limit of 1440.",
    },
    {
      what: "more values of expressions than 100,800 at once",
      command: new GetMetricDataCommand({
        StartTime: new Date(0),
        EndTime: START,
        MetricDataQueries: [{ Id: "a", Expression: "1", Period: 1 }],
      }),
      error: `You have requested up to ${START.getTime() / 1_000} datapoints, which exceeds the limit of 100800.`,
    },
    {
      what: "more than 500 queries",
      command: new GetMetricDataCommand({
        ...RANGE,
        MetricDataQueries: Array.from({ length: 501 }, (_, place) => ({ Id: `a${place}`, Expression: "1" })),
      }),
      error: "The collection MetricDataQueries must not have a size greater than 500.",
    },
    {
      what: "a longer expression than AWS takes",
      command: new GetMetricDataCommand({
        ...RANGE,
        MetricDataQueries: [{ Id: "a", Expression: `1${" + 1".repeat(600)}` }],
      }),
      error: "query a: the expression must have 2048 characters at most",
    },
    {
      what: "an expression with a period below a second",
      command: new GetMetricDataCommand({
        ...RANGE,
        MetricDataQueries: [{ Id: "a", Expression: "1", Period: 0 }],
      }),
      error: "query a must have a Period of at least 1 second, got 0",
    },
    {
      what: "a range of time",
      command: new GetMetricDataCommand({ StartTime: START, EndTime: START, MetricDataQueries: [] }),
      error: "StartTime must be a time before EndTime",
    },
    {
      what: "a namespace of AWS",
      command: new PutMetricDataCommand({ Namespace: "AWS/SQS", MetricData: [] }),
      error: "Namespace must be one of your own",
    },
    {
      what: "a datum without a value",
      command: new PutMetricDataCommand({ Namespace: "N", MetricData: [{ MetricName: "x" }] }),
      error: "x must have a Value",
    },
    {
      what: "an alarm",
      command: new SetAlarmStateCommand({ AlarmName: "x", StateValue: "OK", StateReason: "r" }),
      error: "there is no alarm x",
    },
    {
      what: "a filter by actions",
      command: new DescribeAlarmsCommand({ ActionPrefix: "x" }),
      error: "does not support ActionPrefix",
    },
  ])("rejects $what", async ({ command, error }) => {
    const { client } = await bench();

    await expect(client.send(command as DescribeAlarmsCommand)).rejects.toThrow(error);
  });
});
