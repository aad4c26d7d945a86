import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../lib/local/json.ts";
import { eventSourceMapping } from "../../../lib/local/resources/event-source-mapping.ts";
import type { MappingSettings } from "../../../lib/local/world.ts";
import { emptyWorld } from "../../support/empty-world.ts";

const QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:jobs";
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:worker";

const create = async (properties: JsonObject): Promise<MappingSettings | undefined> => {
  const world = emptyWorld();
  world.queues.set(QUEUE_ARN, { name: "jobs", visibilityTimeoutSeconds: 60 });
  for (const [name, timeoutSeconds] of Object.entries({ worker: 60, slow: 61 })) {
    const arn = FUNCTION_ARN.replace("worker", name);
    world.functions.set(arn, {
      name,
      arn,
      logicalId: name,
      handler: "index.handler",
      codeFolder: "",
      handlerUrl: "",
      handlerName: "handler",
      memoryMiB: 128,
      timeoutSeconds,
      variables: {},
      reservedConcurrency: undefined,
      logGroupName: "",
    });
  }
  const resource = {
    stackName: "App",
    logicalId: "Mapping",
    type: eventSourceMapping.type,
    properties: { EventSourceArn: QUEUE_ARN, FunctionName: "worker", ...properties },
  };
  await eventSourceMapping.create(resource, world);
  return world.mappings[0];
};

describe("an event source mapping", () => {
  it("has AWS's defaults", async () => {
    expect(await create({})).toMatchObject({
      queue: { name: "jobs" },
      functionName: "worker",
      isEnabled: true,
      batchSize: 10,
      batchWindowSeconds: 0,
      reportsItemFailures: false,
      maximumConcurrency: undefined,
      provisioned: undefined,
    });
  });

  it("takes its function by ARN too, and every setting that the template gives", async () => {
    const settings = await create({
      FunctionName: FUNCTION_ARN,
      Enabled: false,
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ProvisionedPollerConfig: { MinimumPollers: 3 },
    });

    expect(settings).toMatchObject({
      functionName: "worker",
      isEnabled: false,
      batchSize: 500,
      batchWindowSeconds: 5,
      reportsItemFailures: true,
      provisioned: { minimumPollers: 3, maximumPollers: 200 },
    });
  });

  it.each<{ properties: JsonObject; message: string }>([
    { properties: { BatchSize: 11 }, message: "App.Mapping.BatchSize must be 1–10, got 11" },
    {
      properties: { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 },
      message: "App.Mapping.BatchSize must be 1–10000, got 10001",
    },
    {
      properties: { MaximumBatchingWindowInSeconds: 301 },
      message: "App.Mapping.MaximumBatchingWindowInSeconds must be 0–300, got 301",
    },
    {
      properties: { ScalingConfig: { MaximumConcurrency: 1 } },
      message: "App.Mapping.ScalingConfig.MaximumConcurrency must be 2–1000, got 1",
    },
    {
      properties: { ScalingConfig: { MaximumConcurrency: 2 }, ProvisionedPollerConfig: { MinimumPollers: 2 } },
      message: 'App.Mapping.ProvisionedPollerConfig must stand without a ScalingConfig, got "both"',
    },
    {
      properties: { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s" },
      message: "App.Mapping.EventSourceArn must be the ARN of a queue of this app",
    },
    { properties: { FunctionName: "nobody" }, message: "App.Mapping.FunctionName must name a function of this app" },
    {
      properties: { FunctionName: "slow" },
      message:
        "App.Mapping.EventSourceArn must have a visibility timeout of at least the function's 61 seconds, got 60",
    },
    { properties: { Enabled: "perhaps" }, message: "App.Mapping.Enabled must be true or false" },
  ])("rejects $properties, as AWS does", async ({ properties, message }) => {
    await expect(async () => create(properties)).rejects.toThrow(message);
  });
});
