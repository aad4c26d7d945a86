import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../lib/local/json.ts";
import { eventInvokeConfig } from "../../../lib/local/resources/event-invoke-config.ts";
import { schedule } from "../../../lib/local/resources/schedule.ts";
import { inspectFields } from "../../../lib/local/resources/treatment.ts";
import type { AsyncSettings, ScheduleSettings, World } from "../../../lib/local/world.ts";
import { emptyWorld } from "../../support/empty-world.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:scaler";

const worldWithScaler = (): World => {
  const world = emptyWorld();
  world.functions.set(ARN, {
    name: "scaler",
    arn: ARN,
    logicalId: "Scaler",
    handler: "index.handler",
    codeFolder: "",
    handlerUrl: "",
    handlerName: "handler",
    memoryMiB: 128,
    timeoutSeconds: 30,
    variables: {},
    reservedConcurrency: undefined,
    logGroupName: "",
  });
  return world;
};

describe("a schedule", () => {
  const PROPERTIES = {
    ScheduleExpression: "rate(1 minute)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: ARN, RoleArn: "arn:aws:iam::000000000000:role/r" },
  };

  const create = async (properties: JsonObject): Promise<ScheduleSettings | undefined> => {
    const world = worldWithScaler();
    const given = { ...PROPERTIES, ...properties };
    await schedule.create({ stackName: "App", logicalId: "Each", type: schedule.type, properties: given }, world);
    return world.schedules[0];
  };

  it("has AWS's defaults", async () => {
    expect(await create({ Name: "each-minute" })).toEqual({
      arn: "arn:aws:scheduler:us-east-1:000000000000:schedule/default/each-minute",
      functionName: "scaler",
      periodMs: 60_000,
      isEnabled: true,
      input: undefined,
    });
  });

  it("takes what the template gives", async () => {
    const settings = await create({
      Name: "often",
      GroupName: "mine",
      ScheduleExpression: "rate(15 minutes)",
      State: "DISABLED",
      Target: { ...PROPERTIES.Target, Input: '{"try":<aws.scheduler.attempt-number>}' },
    });

    expect(settings).toEqual({
      arn: "arn:aws:scheduler:us-east-1:000000000000:schedule/mine/often",
      functionName: "scaler",
      periodMs: 900_000,
      isEnabled: false,
      input: '{"try":<aws.scheduler.attempt-number>}',
    });
  });

  it("rejects a target that is no function of the app, and an input that is no JSON", async () => {
    const Arn = "arn:aws:scheduler:::aws-sdk:lambda:invoke";

    await expect(async () => create({ Target: { ...PROPERTIES.Target, Arn } })).rejects.toThrow(
      "App.Each.Target.Arn must name a function of this app",
    );
    await expect(async () => create({ Target: { ...PROPERTIES.Target, Input: "now" } })).rejects.toThrow(
      "App.Each.Target.Input must be JSON",
    );
  });

  it.each<{ properties: JsonObject; reason: string }>([
    {
      properties: { ScheduleExpression: "cron(0 8 * * ? *)" },
      reason: "ScheduleExpression is supported as rate(N minutes), not cron(0 8 * * ? *)",
    },
    {
      properties: { ScheduleExpression: "rate(1 hour)" },
      reason: "ScheduleExpression is supported as rate(N minutes), not rate(1 hour)",
    },
    { properties: { ScheduleExpression: "rate(0 minutes)" }, reason: "not rate(0 minutes)" },
    { properties: { FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, reason: "FlexibleTimeWindow.Mode is supported as OFF" },
    { properties: { StartDate: "2026-12-01T00:00:00Z" }, reason: "StartDate is not among" },
    { properties: { Target: { SqsParameters: {} } }, reason: "Target.SqsParameters is not among" },
  ])("rejects $properties by name before anything starts", ({ properties, reason }) => {
    const findings = inspectFields(schedule.properties, properties);

    expect(
      findings.map((finding) => (finding.kind === "unsupported" ? `${finding.path} ${finding.reason}` : "")),
    ).toEqual([expect.stringContaining(reason)]);
  });
});

describe("settings of asynchronous invocations", () => {
  const create = async (properties: JsonObject): Promise<AsyncSettings | undefined> => {
    const world = worldWithScaler();
    const given = { FunctionName: "scaler", Qualifier: "$LATEST", ...properties };
    const resource = { stackName: "App", logicalId: "Config", type: eventInvokeConfig.type, properties: given };
    await eventInvokeConfig.create(resource, world);
    return world.asyncSettings.get("scaler");
  };

  it("have AWS's defaults", async () => {
    expect(await create({})).toEqual({ maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 });
  });

  it("are what the template gives", async () => {
    expect(await create({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 })).toEqual({
      maximumRetryAttempts: 0,
      maximumEventAgeSeconds: 60,
    });
  });

  it("rejects what AWS would", async () => {
    await expect(async () => create({ MaximumRetryAttempts: 3 })).rejects.toThrow(
      "App.Config.MaximumRetryAttempts must be 0–2, got 3",
    );
    await expect(async () => create({ MaximumEventAgeInSeconds: 59 })).rejects.toThrow(
      "App.Config.MaximumEventAgeInSeconds must be 60–21600, got 59",
    );
    expect(inspectFields(eventInvokeConfig.properties, { Qualifier: "live" })).toHaveLength(1);
    expect(inspectFields(eventInvokeConfig.properties, { DestinationConfig: {} })).toHaveLength(1);
  });
});
