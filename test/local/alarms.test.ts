import { describe, expect, it, onTestFinished } from "vitest";
import type { CompositeAlarmSettings, MetricAlarmSettings } from "../../lib/local/alarm-settings.ts";
import type { AlarmCondition } from "../../lib/local/alarm-state.ts";
import { type AlarmNotice, Alarms } from "../../lib/local/alarms.ts";
import { parseAlarmRule } from "../../lib/local/composite-rule.ts";
import { readMetricDataQueries } from "../../lib/local/metric-data.ts";
import { pointOf, pointOfValues } from "../../lib/local/metric-point.ts";
import { MetricStore } from "../../lib/local/metrics.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

const MINUTE_MS = 60_000;
const TOPIC = "arn:aws:sns:us-east-1:000000000000:pages";

const base = (name: string) => ({
  name,
  arn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`,
  description: "look at it",
  actionsEnabled: true,
  alarmActions: [TOPIC],
  okActions: [],
  insufficientDataActions: [],
});

const metricStat = (metric: string, stat = "Sum") => ({
  Metric: { Namespace: "Sluice", MetricName: metric, Dimensions: [] },
  Period: 60,
  Stat: stat,
});

const metricAlarm = (
  name: string,
  {
    queries = [{ Id: "m1", MetricStat: metricStat("JobsDead") }],
    ...more
  }: Partial<Omit<MetricAlarmSettings, "queries" | "condition">> & {
    readonly queries?: readonly Record<string, never>[] | readonly object[];
    readonly condition?: Partial<AlarmCondition>;
  } = {},
): MetricAlarmSettings => {
  const read = readMetricDataQueries(JSON.parse(JSON.stringify(queries)));
  if (read.kind === "refused") throw new Error(read.problem);
  return {
    ...base(name),
    kind: "metric",
    resultId: "m1",
    periodSeconds: 60,
    isIgnoringLowSamples: false,
    shown: {},
    ...more,
    queries: read.queries,
    condition: {
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      missingData: "notBreaching",
      ...more.condition,
    },
  };
};

const compositeAlarm = (
  name: string,
  ruleText: string,
  suppressor?: CompositeAlarmSettings["suppressor"],
): CompositeAlarmSettings => {
  const parsed = parseAlarmRule(ruleText);
  if (parsed.kind === "refused") throw new Error(parsed.problem);
  return { ...base(name), kind: "composite", rule: parsed.value, ruleText, suppressor };
};

type Bench = {
  readonly alarms: Alarms;
  readonly clock: FakeClock;
  readonly changes: string[];
  readonly notices: AlarmNotice[];
  readonly measure: (metric: string, value: number) => void;
  readonly store: MetricStore;
};

/** Starts five seconds after a full minute. */
const bench = (): Bench => {
  const clock = fakeClock(Date.parse("2026-11-22T10:00:05Z"));
  const store = new MetricStore(15 * MINUTE_MS);
  const changes: string[] = [];
  const notices: AlarmNotice[] = [];
  const alarms = new Alarms({
    metrics: store,
    clock,
    onChange: ({ name, from, to }) => changes.push(`${name}: ${from} → ${to}`),
    onNotice: (notice) => notices.push(notice),
  });
  onTestFinished(() => alarms.stop());
  const measure = (metric: string, value: number): void =>
    store.add([pointOf("Sluice", metric, {}, clock.nowMs(), value)]);
  return { alarms, clock, changes, notices, measure, store };
};

describe("the alarms of a run", () => {
  it("go to ALARM by their metric and back, and tell their topic", async () => {
    const { alarms, clock, changes, notices, measure } = bench();
    alarms.watch([metricAlarm("dying")]);
    await clock.pass(2 * MINUTE_MS);
    expect(changes).toEqual(["dying: INSUFFICIENT_DATA → OK"]);

    measure("JobsDead", 2);
    await clock.pass(MINUTE_MS);

    expect(changes.slice(1)).toEqual(["dying: OK → ALARM"]);
    expect(notices).toEqual([
      expect.objectContaining({
        name: "dying",
        from: "OK",
        to: "ALARM",
        topicArn: TOPIC,
        description: "look at it",
        reason: expect.stringContaining("[2 (22/11/26 10:02:00)] was greater than the threshold (0)"),
      }),
    ]);

    await clock.pass(5 * MINUTE_MS);

    expect(changes.slice(2)).toEqual(["dying: ALARM → OK"]);
    expect(notices).toHaveLength(1);
  });

  it("do not judge a minute before it is over", async () => {
    const { alarms, clock, changes, measure } = bench();
    alarms.watch([metricAlarm("dying")]);
    await clock.pass(2 * MINUTE_MS);
    measure("JobsDead", 2);

    await clock.pass(50_000);
    expect(changes).toHaveLength(1);
    await clock.pass(10_000);
    expect(changes).toContain("dying: OK → ALARM");
  });

  it("have no state until there is a minute that they have seen from its beginning", async () => {
    const { alarms, clock, changes } = bench();
    alarms.watch([metricAlarm("stopped", { condition: { missingData: "breaching" } })]);

    await clock.pass(110_000);
    expect(changes).toEqual([]);
    await clock.pass(10_000);
    expect(changes).toEqual(["stopped: INSUFFICIENT_DATA → ALARM"]);
  });

  it("do not take for missing what was before them", async () => {
    const { alarms, clock, changes } = bench();
    const condition = { evaluationPeriods: 3, datapointsToAlarm: 3, missingData: "breaching" } as const;
    alarms.watch([metricAlarm("stopped", { condition })]);

    await clock.pass(3 * MINUTE_MS);
    expect(changes).toEqual(["stopped: INSUFFICIENT_DATA → OK"]);
    await clock.pass(MINUTE_MS);
    expect(changes.slice(1)).toEqual(["stopped: OK → ALARM"]);
  });

  it("watch a heartbeat: silent while it comes, and loud when it stays away", async () => {
    const { alarms, clock, changes, measure } = bench();
    const condition = {
      comparison: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      missingData: "breaching",
    } as const;
    alarms.watch([metricAlarm("stopped", { condition })]);
    for (let minute = 0; minute < 8; minute += 1) {
      await clock.pass(MINUTE_MS);
      measure("JobsDead", 1);
    }
    expect(changes).toEqual(["stopped: INSUFFICIENT_DATA → OK"]);

    await clock.pass(5 * MINUTE_MS);
    expect(changes).toHaveLength(1);
    await clock.pass(3 * MINUTE_MS);

    expect(changes.slice(1)).toEqual(["stopped: OK → ALARM"]);
  });

  it("compare what an expression gives", async () => {
    const { alarms, clock, changes, measure } = bench();
    const queries = [
      { Id: "m1", Expression: "(running >= FILL(limit, 5)) * (DIFF(visible) > 0)" },
      { Id: "running", MetricStat: metricStat("Running", "Maximum"), ReturnData: false },
      { Id: "limit", MetricStat: metricStat("Limit", "Maximum"), ReturnData: false },
      { Id: "visible", MetricStat: metricStat("Visible", "Maximum"), ReturnData: false },
    ];
    const condition = { evaluationPeriods: 3, datapointsToAlarm: 2 };
    alarms.watch([metricAlarm("saturated", { queries, condition })]);
    for (const visible of [10, 20, 30, 40]) {
      measure("Running", 5);
      measure("Visible", visible);
      await clock.pass(MINUTE_MS);
    }
    expect(changes).toEqual(["saturated: INSUFFICIENT_DATA → OK", "saturated: OK → ALARM"]);

    for (const visible of [30, 20, 10]) {
      measure("Running", 5);
      measure("Visible", visible);
      await clock.pass(MINUTE_MS);
    }

    expect(changes.slice(2)).toEqual(["saturated: ALARM → OK"]);
  });

  it("know percentiles, and may pass over those of few values", async () => {
    const { alarms, clock, changes, store } = bench();
    const slow = { queries: [{ Id: "m1", MetricStat: metricStat("Latency", "p90") }], condition: { threshold: 1_000 } };
    alarms.watch([metricAlarm("slow", slow), metricAlarm("surely-slow", { ...slow, isIgnoringLowSamples: true })]);
    const measureLatency = (count: number): void => {
      const values = [
        [100, count],
        [2_000, count],
      ] as const;
      store.add([pointOfValues("Sluice", "Latency", {}, clock.nowMs(), values)].filter((point) => point !== undefined));
    };
    await clock.pass(2 * MINUTE_MS);
    measureLatency(40);
    await clock.pass(MINUTE_MS);
    expect(changes).toContain("slow: OK → ALARM");
    expect(changes).not.toContain("surely-slow: OK → ALARM");

    measureLatency(50);
    await clock.pass(MINUTE_MS);

    expect(changes).toContain("surely-slow: OK → ALARM");
  });

  it("do nothing where actions are off", async () => {
    const { alarms, clock, changes, notices, measure } = bench();
    alarms.watch([metricAlarm("muted", { actionsEnabled: false })]);
    await clock.pass(2 * MINUTE_MS);
    measure("JobsDead", 1);
    await clock.pass(MINUTE_MS);

    expect(changes).toContain("muted: OK → ALARM");
    expect(notices).toEqual([]);
  });

  it("page once for several, by name or ARN", async () => {
    const { alarms, clock, changes, notices } = bench();
    const quiet = { alarmActions: [] };
    alarms.watch([
      metricAlarm("one", quiet),
      metricAlarm("two", quiet),
      compositeAlarm("page", `(ALARM("one") OR ALARM("${base("two").arn}"))`),
    ]);
    await clock.pass(2 * MINUTE_MS);

    alarms.set("one", { state: "ALARM", reason: "a test" });
    alarms.set("two", { state: "ALARM", reason: "a test" });

    expect(changes.filter((change) => change.startsWith("page"))).toEqual([
      "page: INSUFFICIENT_DATA → OK",
      "page: OK → ALARM",
    ]);
    expect(notices.map(({ name, to, reason }) => `${name} ${to}: ${reason}`)).toEqual([
      "page ALARM: Of its 2 alarms, these are in ALARM: one.",
    ]);
  });

  it("stay quiet under a suppressor, and speak when it is gone", async () => {
    const { alarms, clock, notices } = bench();
    const suppressor = { alarm: "pause", waitSeconds: 0, extensionSeconds: 30 };
    const quiet = { alarmActions: [], condition: { missingData: "ignore" } } as const;
    alarms.watch([
      metricAlarm("one", quiet),
      metricAlarm("pause", quiet),
      compositeAlarm("page", "ALARM(one)", suppressor),
    ]);
    alarms.set("pause", { state: "ALARM", reason: "wanted" });
    alarms.set("one", { state: "ALARM", reason: "a test" });
    await clock.pass(MINUTE_MS);
    expect(notices).toEqual([]);
    expect(alarms.list().find(({ settings }) => settings.name === "page")?.suppressedBy).toBe("Alarm");

    alarms.set("pause", { state: "OK", reason: "over" });
    await clock.pass(20_000);
    expect(notices).toEqual([]);
    await clock.pass(20_000);

    expect(notices.map(({ name, to }) => `${name} ${to}`)).toEqual(["page ALARM"]);
  });

  it("leave no timer behind", () => {
    const { alarms, clock } = bench();
    alarms.stop();

    expect(clock.waiting()).toBe(0);
  });
});
