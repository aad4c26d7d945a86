import { App, Stack } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { alarmBill, watchParts } from "../../lib/constructs/alarm-bill.ts";
import { QUEUE_ALARMS } from "../../lib/core/alarm-queue-table.ts";
import { conditionOf, type Paging } from "../../lib/core/alarm-spec.ts";
import { STAGE_ALARMS } from "../../lib/core/alarm-stage-table.ts";
import { watchPrice } from "../../lib/core/cost/alarm-prices.ts";
import { matchRoute } from "../../lib/core/routes.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { holds } from "../support/alarm-states.ts";
import { codeOf, rowsOf, textOf } from "../support/pages.ts";
import { plainText, propertiesOf, watchedStack } from "../support/watched-stage.ts";

const ALARM = "AWS::CloudWatch::Alarm";
const COMPOSITE = "AWS::CloudWatch::CompositeAlarm";

const SETTINGS: StageSettings = {
  jobTypes: { work: { maxConcurrency: 40, targetWaitSeconds: 100, timeoutSeconds: 20, retentionDays: 6 } },
};

const { template, app } = watchedStack(SETTINGS);
const plain = watchedStack({ ...SETTINGS, alarms: "plain" }).template;

/** An alarm by what its logical id holds. */
const alarmOf = (id: string, of: Template = template) => {
  const word = id.replaceAll("-", "");
  const [found, ...others] = Object.entries(of.findResources(ALARM)).filter(([logicalId]) =>
    logicalId.toLowerCase().includes(word),
  );
  if (found === undefined || others.length > 0) throw new Error(`one alarm must be named ${id}`);
  return found[1].Properties;
};

const namesOf = (dimensions: readonly { Name: string; Value: unknown }[]): readonly string[] =>
  dimensions.map(({ Name, Value }) => `${Name}=${plainText(Value)}`);

const QUEUE = ["QueueName={WorkQueue.QueueName}"];
const DEAD_LETTER_QUEUE = ["QueueName={WorkDeadLetterQueue.QueueName}"];
const SLUICE = ["jobType=work", "stage=a"];
const fn = (name: string) => [expect.stringMatching(`^FunctionName=\\{${name}[0-9A-F]+\\}$`)];
const TABLE = [expect.stringMatching(/^TableName=\{Table/)];
const API = ["ApiId=api1"];

const SINGLE: readonly (readonly [string, string, string, readonly string[], string, number, string, string])[] = [
  ["jobs-dying", "Sluice", "JobsDead", SLUICE, "Sum >", 0, "1 of 15 × 60", "notBreaching"],
  [
    "oldest-job-fast",
    "AWS/SQS",
    "ApproximateAgeOfOldestMessage",
    QUEUE,
    "Maximum >",
    220,
    "5 of 5 × 60",
    "notBreaching",
  ],
  [
    "oldest-job-slow",
    "AWS/SQS",
    "ApproximateAgeOfOldestMessage",
    QUEUE,
    "Maximum >",
    120,
    "12 of 15 × 60",
    "notBreaching",
  ],
  ["queue-paused", "Sluice", "Paused", SLUICE, "Maximum >", 0, "2 of 15 × 60", "notBreaching"],
  ["control-forgotten", "Sluice", "ByHand", SLUICE, "Maximum >", 0, "12 of 12 × 300", "notBreaching"],
  [
    "retention-at-risk",
    "AWS/SQS",
    "ApproximateAgeOfOldestMessage",
    QUEUE,
    "Maximum >",
    259_200,
    "3 of 3 × 300",
    "notBreaching",
  ],
  [
    "dead-letters",
    "AWS/SQS",
    "ApproximateNumberOfMessagesVisible",
    DEAD_LETTER_QUEUE,
    "Maximum >",
    0,
    "1 of 1 × 60",
    "ignore",
  ],
  ["worker-throttled", "AWS/Lambda", "Throttles", fn("workWorker"), "Sum >", 0, "3 of 5 × 60", "notBreaching"],
  ["api-throttled", "AWS/Lambda", "Throttles", fn("Api"), "Sum >", 0, "1 of 5 × 60", "notBreaching"],
  ["api-failing", "AWS/ApiGateway", "5xx", API, "Sum >", 0, "3 of 5 × 60", "notBreaching"],
  ["api-slow", "AWS/ApiGateway", "Latency", API, "p99 >", 3_000, "5 of 10 × 60", "notBreaching"],
  ["table-reads-throttled", "AWS/DynamoDB", "ReadThrottleEvents", TABLE, "Sum >", 0, "3 of 5 × 60", "notBreaching"],
  ["table-writes-throttled", "AWS/DynamoDB", "WriteThrottleEvents", TABLE, "Sum >", 0, "3 of 5 × 60", "notBreaching"],
  ["scaler-stopped", "AWS/Lambda", "Invocations", fn("Scaler"), "Sum <", 1, "5 of 5 × 60", "breaching"],
  ["scaler-failing", "AWS/Lambda", "Errors", fn("Scaler"), "Sum >", 0, "3 of 5 × 60", "ignore"],
];

const MATH: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "saturated",
    "(running >= FILL(limit, 40)) * (DIFF(visible) > 0)",
    [
      "running Maximum AWS/Lambda ConcurrentExecutions",
      "visible Maximum AWS/SQS ApproximateNumberOfMessagesVisible",
      "limit Maximum Sluice Limit",
    ],
    "10 of 15",
  ],
  ["paused-by-hand", "paused * byHand", ["paused Maximum Sluice Paused", "byHand Maximum Sluice ByHand"], "1 of 15"],
];

const SIGNS = { GreaterThanThreshold: ">", LessThanThreshold: "<" };

describe("Alarms", () => {
  it.each(SINGLE)("%s watches %s %s", (id, namespace, metric, dimensions, sign, threshold, window, missing) => {
    const alarm = alarmOf(id);

    expect([alarm.Namespace, alarm.MetricName]).toEqual([namespace, metric]);
    expect(namesOf(alarm.Dimensions)).toEqual(dimensions);
    const comparison = SIGNS[alarm.ComparisonOperator as keyof typeof SIGNS];
    expect(`${alarm.Statistic ?? alarm.ExtendedStatistic} ${comparison}`).toBe(sign);
    expect(alarm.Threshold).toBe(threshold);
    expect(`${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods} × ${alarm.Period}`).toBe(window);
    expect(alarm.TreatMissingData).toBe(missing);
  });

  it.each(MATH)("%s holds where %s is above 0", (id, expression, metrics, window) => {
    const { Metrics, ComparisonOperator, Threshold, TreatMissingData, ...alarm } = alarmOf(id);
    const [math, ...others] = Metrics;

    expect(math).toMatchObject({ Expression: expression, ReturnData: true });
    expect(
      others.map(
        ({
          Id,
          MetricStat: { Metric, Stat },
        }: {
          Id: string;
          MetricStat: { Metric: Record<string, string>; Stat: string };
        }) => `${Id} ${Stat} ${Metric.Namespace} ${Metric.MetricName}`,
      ),
    ).toEqual(metrics);
    expect([ComparisonOperator, Threshold, TreatMissingData]).toEqual(["GreaterThanThreshold", 0, "notBreaching"]);
    expect(`${alarm.DatapointsToAlarm} of ${alarm.EvaluationPeriods}`).toBe(window);
  });

  it("has no others, for each job type and the stage", () => {
    const two = watchedStack({ jobTypes: { first: {}, second: {} } }).template;

    template.resourceCountIs(ALARM, SINGLE.length + MATH.length);
    two.resourceCountIs(ALARM, 2 * QUEUE_ALARMS.length + STAGE_ALARMS.length);
  });

  it.each<[StageSettings["jobTypes"][string], number]>([
    [{ maxConcurrency: 7 }, 7],
    [{}, 1_250],
    [{ provisioned: { min: 2, max: 30 } }, 300],
  ])("takes for the limit of an open queue what its mapping may reach: %j", (settings, ceiling) => {
    const saturated = alarmOf("saturated", watchedStack({ jobTypes: { work: settings } }).template);

    expect(saturated.Metrics[0].Expression).toContain(`FILL(limit, ${ceiling})`);
  });

  it("is none of high resolution, at three times the price", () => {
    const periods = propertiesOf(template, ALARM).flatMap(({ Period, Metrics = [] }) => [
      ...(Period === undefined ? [] : [Period]),
      ...Metrics.flatMap(({ MetricStat }: { MetricStat?: { Period: number } }) => MetricStat?.Period ?? []),
    ]);

    expect(periods).toHaveLength(SINGLE.length + MATH.flatMap(([, , metrics]) => metrics).length);
    expect(periods.filter((period) => period < 60)).toEqual([]);
  });
});

const descriptionsOf = (of: Template): readonly string[] =>
  propertiesOf(of, ALARM).map(({ AlarmDescription }) => plainText(AlarmDescription));

describe("an alarm's description", () => {
  const longest = watchedStack({ jobTypes: { "a-job-type-whose-name-has-40-characters": {} } }).template;

  it("ends with a command, and fits what CloudWatch takes when references are filled in", () => {
    for (const description of descriptionsOf(longest)) {
      expect(description).toMatch(/\. Next: (curl|aws|npx) .+$/);
      expect(description.replaceAll(/\{[^}]+\}/g, "x".repeat(64)).length).toBeLessThanOrEqual(1_024);
    }
  });

  it("names routes that there are", () => {
    const calls = descriptionsOf(template).flatMap((description) => {
      const [, url] = /'https:\/\/api1\.example\.com(\/[^']*)'$/.exec(description) ?? [];
      return url === undefined
        ? []
        : [matchRoute(description.includes("-X POST") ? "POST" : "GET", new URL(url, "http://a").pathname)];
    });

    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter(({ kind }) => kind !== "matched")).toEqual([]);
  });

  it("signs its calls where the stage asks for signatures, and only there", () => {
    const open = watchedStack({ ...SETTINGS, auth: "public" }).template;

    expect(plainText(alarmOf("jobs-dying").AlarmDescription)).toContain(
      "--aws-sigv4 aws:amz:{AWS::Region}:execute-api",
    );
    expect(plainText(alarmOf("jobs-dying", open).AlarmDescription)).toMatch(
      / Next: curl -s 'https:\/\/api1\.example\.com\/jobs\?status=dead&type=work'$/,
    );
  });
});

describe("the topic", () => {
  it("takes messages over TLS only, from this account's alarms", () => {
    const [{ PolicyDocument }] = propertiesOf(template, "AWS::SNS::TopicPolicy");
    const [deny, allow] = PolicyDocument.Statement;

    expect(deny).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
    expect(allow).toMatchObject({
      Effect: "Allow",
      Action: "sns:Publish",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
    });
  });

  it("tells the stage's alarmEmail, and nobody where there is none", () => {
    const told = watchedStack({ ...SETTINGS, alarmEmail: "ops@example.com" }).template;

    told.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    template.resourceCountIs("AWS::SNS::Subscription", 0);
  });
});

describe("the alarm that notifies", () => {
  it("is one composite, without a name of its own that two stages would fight over", () => {
    const [composite, ...others] = propertiesOf(template, COMPOSITE);

    expect(others).toEqual([]);
    expect(composite.AlarmActions).toEqual([{ Ref: expect.stringContaining("Topic") }]);
    expect(Object.keys(composite)).not.toContain("AlarmName");
    expect(propertiesOf(template, ALARM).filter(({ AlarmActions }) => AlarmActions !== undefined)).toEqual([]);
  });

  it("names the stack's own alarms", () => {
    const [{ AlarmRule }] = propertiesOf(template, COMPOSITE);
    const rule = plainText(AlarmRule);
    const ids = Object.keys(template.findResources(ALARM));

    const waking = ids.filter((id) => holds(rule, { [`{${id}}`]: "ALARM" }));

    expect(holds(rule, {})).toBe(false);
    expect(ids.filter((id) => !rule.includes(`"{${id}}"`))).toEqual([]);
    expect(ids.filter((id) => !waking.includes(id))).toEqual([expect.stringContaining("PausedByHand")]);
  });

  it("stands over composites of some job types each, where one rule would grow too long", () => {
    const types = Array.from({ length: 6 }, (_, index) => [`type-${index}`, {}] as const);
    const composites = Object.entries(
      watchedStack({ jobTypes: Object.fromEntries(types) }).template.findResources(COMPOSITE),
    ).map(([id, { Properties }]) => ({ id, rule: plainText(Properties.AlarmRule), actions: Properties.AlarmActions }));
    const [top, ...others] = composites.filter(({ actions }) => actions !== undefined);
    const groups = composites.filter(({ actions }) => actions === undefined);

    expect(others).toEqual([]);
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.filter(({ id }) => !top?.rule.includes(`ALARM("{${id}}")`))).toEqual([]);
    const all = groups.map(({ rule }) => rule).join();
    expect(types.filter(([name]) => !all.includes(name.replace("-", "")))).toEqual([]);
    for (const { rule } of composites) {
      expect(rule.replaceAll(/\{[^}]+\}/g, "x".repeat(146)).length).toBeLessThanOrEqual(10_240);
      expect(new Set(rule.match(/\{[^}]+\}/g)).size).toBeLessThanOrEqual(100);
    }
  });
});

describe("plain alarms", () => {
  it("leave out composites and metric math, which emulators refuse", () => {
    plain.resourceCountIs(COMPOSITE, 0);
    expect(propertiesOf(plain, ALARM).filter(({ Metrics }) => Metrics !== undefined)).toEqual([]);
    plain.resourceCountIs(ALARM, SINGLE.length);
  });

  it("notify each by itself", () => {
    const actions = propertiesOf(plain, ALARM).map(({ AlarmActions }) => AlarmActions);

    expect(actions).toEqual(actions.map(() => [{ Ref: expect.stringContaining("Topic") }]));
  });
});

describe("the bill", () => {
  it("counts the metrics of each alarm, the composite and the dashboard", () => {
    expect(watchPrice(watchParts(app))).toMatchObject({ alarms: 17, alarmMetrics: 20, composites: 1, dashboards: 1 });
  });

  it("is told when something is to be deployed", () => {
    expect(alarmBill(app)).toMatch(
      /^17 alarms on 20 metrics, 1 composite alarm, 1 dashboard: \$5\.50 a month, \$1\.50 /,
    );
  });

  it("is not told where the CDK only lists or destroys", () => {
    const listing = new App({ context: { "aws:cdk:bundling-stacks": [] } });
    new Stack(listing, "Some");

    expect(alarmBill(listing)).toBeUndefined();
  });
});

const NOTIFIES: Readonly<Record<Paging, string>> = {
  always: "yes",
  unlessPausedByHand: "unless paused by hand",
  onceScalerRan: "once the scaler has run",
  never: "no",
};

describe("docs/alarms.md", () => {
  it("has a row for each alarm, as the tables have it", () => {
    const specs = [...QUEUE_ALARMS, ...STAGE_ALARMS];
    const ids = specs.map(({ id }) => id);

    const rows = rowsOf("docs/alarms.md").filter((row) => ids.includes(row[0] ?? "") && row.length > 2);

    expect(rows.map((row) => row.slice(0, 5))).toEqual(
      specs.map((spec) => [
        spec.id,
        conditionOf<never>(spec),
        spec.missing,
        NOTIFIES[spec.pages],
        spec.expression === undefined ? "yes" : "no",
      ]),
    );
    expect(rows.filter((row) => (row[5] ?? "").length < 40)).toEqual([]);
  });

  it("tells what two job types cost, and how much each further one adds", () => {
    const pricesOf = (...names: readonly string[]) => {
      const { app } = watchedStack({ jobTypes: Object.fromEntries(names.map((name) => [name, {}])) });
      return { bill: alarmBill(app), price: watchPrice(watchParts(app)) };
    };
    const [two, three] = [pricesOf("first", "second"), pricesOf("first", "second", "third")];

    expect(codeOf("docs/alarms.md", "text")).toEqual([`${two.bill}\n`]);
    expect(textOf("docs/alarms.md")).toContain(
      `adds ${three.price.alarms - two.price.alarms} alarms on ${three.price.alarmMetrics - two.price.alarmMetrics} metrics: ` +
        `$${((three.price.listCents - two.price.listCents) / 100).toFixed(2)}.`,
    );
  });
});
