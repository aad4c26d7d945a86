import { ESM_BATCH_SIZE, ESM_MAX_WINDOW_SECONDS, ESM_MAXIMUM_CONCURRENCY } from "../../core/limits.ts";
import { arnOf } from "../aws.ts";
import { suffixOf } from "../physical-name.ts";
import type { MappingSettings } from "../world.ts";
import { functionOf } from "./function-of.ts";
import { booleanOf, boundedOf, invalid, listOf, numberOf, optionalNumberOf, textOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { differs, each, fields, honoured, inert, only } from "./treatment.ts";

export const eventSourceMapping: ResourceType = {
  type: "AWS::Lambda::EventSourceMapping",
  properties: {
    EventSourceArn: honoured,
    FunctionName: honoured,
    BatchSize: honoured,
    Enabled: honoured,
    FunctionResponseTypes: each(only("ReportBatchItemFailures")),
    MaximumBatchingWindowInSeconds: honoured,
    MetricsConfig: differs("the mapping keeps no metrics of its own"),
    ProvisionedPollerConfig: fields({ MinimumPollers: honoured, MaximumPollers: honoured }),
    ScalingConfig: fields({ MaximumConcurrency: honoured }),
    KmsKeyArn: inert,
    Tags: inert,
  },
  attributes: ["Id", "EventSourceMappingArn"],
  differences: [
    { about: "changes", why: "a change is in effect after a set time, 10 seconds by default; AWS publishes none" },
  ],
  create: (resource, world) => {
    const id = suffixOf(`${resource.stackName}/${resource.logicalId}`, 36);
    const queueArn = textOf(resource, "EventSourceArn");
    const queue = world.queues.get(queueArn);
    if (queue === undefined) throw invalid(resource, "EventSourceArn", "be the ARN of a queue of this app", queueArn);
    const { name: functionName, timeoutSeconds } = functionOf(resource, "FunctionName", world);
    if (queue.visibilityTimeoutSeconds < timeoutSeconds) {
      const expectation = `have a visibility timeout of at least the function's ${timeoutSeconds} seconds`;
      throw invalid(resource, "EventSourceArn", expectation, queue.visibilityTimeoutSeconds);
    }
    world.mappings.push({
      id,
      queue,
      queueArn,
      functionName,
      isEnabled: booleanOf(resource, "Enabled", true),
      ...batchOf(resource),
      reportsItemFailures: listOf(resource, "FunctionResponseTypes").length > 0,
      maximumConcurrency: maximumConcurrencyOf(resource),
      provisioned: provisionedOf(resource),
    });
    return { ref: id, attributes: { Id: id, EventSourceMappingArn: arnOf("lambda", `event-source-mapping:${id}`) } };
  },
};

const batchOf = (resource: Resource): Pick<MappingSettings, "batchSize" | "batchWindowSeconds"> => {
  const bounds = { min: 0, max: ESM_MAX_WINDOW_SECONDS, fallback: 0 };
  const batchWindowSeconds = boundedOf(resource, "MaximumBatchingWindowInSeconds", bounds);
  const max = batchWindowSeconds < 1 ? ESM_BATCH_SIZE.maxWithoutWindow : ESM_BATCH_SIZE.max;
  const batchSize = boundedOf(resource, "BatchSize", { min: ESM_BATCH_SIZE.min, max, fallback: 10 });
  return { batchSize, batchWindowSeconds };
};

const maximumConcurrencyOf = (resource: Resource): number | undefined => {
  const property = "ScalingConfig.MaximumConcurrency";
  const given = optionalNumberOf(resource, property);
  return given === undefined
    ? undefined
    : boundedOf(resource, property, { ...ESM_MAXIMUM_CONCURRENCY, fallback: given });
};

/** The pollers that AWS takes where only one end is named. */
export const PROVISIONED_DEFAULTS = { minimumPollers: 2, maximumPollers: 200 } as const;

const provisionedOf = (resource: Resource): { minimumPollers: number; maximumPollers: number } | undefined => {
  if (resource.properties.ProvisionedPollerConfig === undefined) return undefined;
  if (resource.properties.ScalingConfig !== undefined) {
    throw invalid(resource, "ProvisionedPollerConfig", "stand without a ScalingConfig", "both");
  }
  const { minimumPollers, maximumPollers } = PROVISIONED_DEFAULTS;
  return {
    minimumPollers: numberOf(resource, "ProvisionedPollerConfig.MinimumPollers", minimumPollers),
    maximumPollers: numberOf(resource, "ProvisionedPollerConfig.MaximumPollers", maximumPollers),
  };
};
