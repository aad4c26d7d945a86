import { describe, expect, it } from "vitest";
import { applyChanges, plannedChanges } from "../../lambdas/scaler/apply-changes.ts";
import { REASONS_QUERY } from "../../lib/constructs/dashboard-widgets.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { plainText, propertiesOf, watchedStack } from "../support/watched-stage.ts";

type Widget = {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
    readonly annotations?: { readonly horizontal: readonly { value: number; label: string; yAxis: string }[] };
  };
};

const bodyOf = (settings: StageSettings): readonly Widget[] => {
  const { template } = watchedStack(settings);
  template.resourceCountIs("AWS::CloudWatch::Dashboard", 1);
  const [{ DashboardBody }] = propertiesOf(template, "AWS::CloudWatch::Dashboard");
  return JSON.parse(plainText(DashboardBody)).widgets;
};

const WIDGETS = bodyOf({ jobTypes: { first: { maxConcurrency: 40, targetWaitSeconds: 90 }, second: {} } });

const widgetOf = (title: string): Widget["properties"] => {
  const widget = WIDGETS.find(({ properties }) => properties.title.startsWith(title));
  if (widget === undefined) throw new Error(`a widget must be titled ${title}`);
  return widget.properties;
};

/** Namespace and name of each metric, and the axis it is drawn on. */
const drawnIn = (title: string): readonly string[] =>
  (widgetOf(title).metrics ?? []).map((metric) => {
    const { yAxis = "left" } = metric.at(-1) as { yAxis?: string };
    return `${metric[0]} ${metric[1]} ${yAxis}`;
  });

describe("Dashboard", () => {
  it("shows each queue's depth against its limit and what runs", () => {
    for (const type of ["first", "second"]) {
      expect(drawnIn(`${type}: depth`)).toEqual([
        "AWS/SQS ApproximateNumberOfMessagesVisible left",
        "AWS/SQS ApproximateNumberOfMessagesNotVisible left",
        "AWS/Lambda ConcurrentExecutions right",
        "Sluice Limit right",
      ]);
    }
  });

  it("draws the stage's limit, where there is one, and the target of the age", () => {
    expect(widgetOf("first: depth").annotations?.horizontal).toEqual([
      { value: 40, label: "maxConcurrency", yAxis: "right" },
    ]);
    expect(widgetOf("second: depth").annotations?.horizontal ?? []).toEqual([]);
    expect(widgetOf("first: age").annotations?.horizontal).toEqual([
      { value: 90, label: "targetWaitSeconds", yAxis: "left" },
    ]);
  });

  it("shows the api, and what was throttled", () => {
    expect(drawnIn("HTTP API: requests")).toEqual(["AWS/ApiGateway Count left", "AWS/ApiGateway 5xx right"]);
    expect(drawnIn("HTTP API: p99")).toEqual(["AWS/ApiGateway Latency left"]);
    expect(drawnIn("Throttles")).toEqual([
      "AWS/Lambda Throttles left",
      "AWS/DynamoDB ReadThrottleEvents left",
      "AWS/DynamoDB WriteThrottleEvents left",
      "AWS/Lambda Invocations right",
      "AWS/Lambda Errors right",
    ]);
  });

  it("shows every alarm, the one that notifies first", () => {
    const { alarms = [] } = widgetOf("Alarms");

    expect(alarms[0]).toMatch(/Composite.*\.Arn/);
    expect(alarms).toHaveLength(1 + 27);
  });

  it("shows alarms beyond a hundred in another widget", () => {
    const types = Array.from({ length: 10 }, (_, index) => [`type-${index}`, {}]);

    const shown = bodyOf({ jobTypes: Object.fromEntries(types) })
      .filter(({ type }) => type === "alarm")
      .map(({ properties }) => properties.alarms?.length);

    expect(shown).toEqual([100, 8]);
  });

  it("has no composite to show where the alarms are plain", () => {
    const alarms = bodyOf({ alarms: "plain", jobTypes: { first: {} } }).find(({ type }) => type === "alarm");

    expect(alarms?.properties.alarms?.filter((arn) => arn.includes("Composite"))).toEqual([]);
  });

  it("counts the metrics that it shows", () => {
    const shown = WIDGETS.flatMap(({ properties }) => properties.metrics ?? []);

    const { dashboard } = watchedStack({ jobTypes: { first: {}, second: {} } });

    expect(dashboard.metricCount).toBe(shown.length);
  });
});

const MAPPING = { limit: 40, isEnabled: true, isChanging: false, pollers: undefined };

/** The line that the scaler logs when it lowers a limit. */
const changeLine = async (): Promise<string> => {
  const lines: string[] = [];
  const decision = {
    mode: "limited",
    limit: 8,
    isEnabled: true,
    pollers: undefined,
    reason: "pressure in 30 % of attempts",
    wantsProbe: false,
    needsCloseLook: true,
    isManual: false,
  } as const;
  const observed = { "deliver-webhook": { mappingId: "m", seen: { mapping: MAPPING } } };
  const scaler = {
    clock: fakeClock(),
    mappings: { change: async () => "changed" },
    log: (event: string, fields: object) => void lines.push(JSON.stringify({ event, ...fields })),
  };
  const changes = plannedChanges({ "deliver-webhook": { decision } } as never, observed as never);
  await applyChanges(scaler as never, changes);
  return lines.join("\n");
};

/** What the query's commands find in a line. */
const found = (line: string): Record<string, string> | undefined => {
  const patterns = REASONS_QUERY.flatMap(
    (command) => /^(filter|parse) @message (?:like )?\/(.*)\/$/.exec(command) ?? [],
  );
  const commands = patterns.filter((_, index) => index % 3 > 0);
  const fields: Record<string, string> = {};
  for (let index = 0; index < commands.length; index += 2) {
    const match = new RegExp(commands[index + 1] ?? "").exec(line);
    if (commands[index] === "filter" && match === null) return undefined;
    Object.assign(fields, match?.groups);
  }
  return fields;
};

describe("the list of the scaler's changes", () => {
  it.each<[string, (line: string) => string]>([
    ["as the scaler logs them", (line) => line],
    ["as Lambda wraps them", (line) => JSON.stringify({ level: "INFO", message: line })],
  ])("has each with queue, limits and reason, %s", async (_, wrapped) => {
    expect(found(wrapped(await changeLine()))).toEqual({
      queue: "deliver-webhook",
      from: "40",
      to: "8",
      mode: "limited",
      reason: "pressure in 30 % of attempts",
    });
  });

  it("has nothing else of the log", () => {
    expect(found(JSON.stringify({ event: "queue.unchanged", queue: "deliver-webhook" }))).toBeUndefined();
  });

  it("reads the scaler's log group", () => {
    expect(widgetOf("What the scaler changed").query).toMatch(
      /^SOURCE '\{ScalerLogs[0-9A-F]+\}' \| fields @timestamp\n/,
    );
  });
});
