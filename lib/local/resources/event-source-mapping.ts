import { arnOf } from "../aws.ts";
import { suffixOf } from "../physical-name.ts";
import { functionOf } from "./function-of.ts";
import { booleanOf, invalid, listOf, numberOf, optionalNumberOf, textOf } from "./properties.ts";
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
  create: (resource, world) => {
    const id = suffixOf(`${resource.stackName}/${resource.logicalId}`, 36);
    const queueArn = textOf(resource, "EventSourceArn");
    const queue = world.queues.get(queueArn);
    if (queue === undefined) throw invalid(resource, "EventSourceArn", "be the ARN of a queue of this app", queueArn);
    world.mappings.push({
      id,
      queue,
      queueArn,
      functionName: functionOf(resource, "FunctionName", world).name,
      isEnabled: booleanOf(resource, "Enabled", true),
      batchSize: numberOf(resource, "BatchSize", 10),
      batchWindowSeconds: numberOf(resource, "MaximumBatchingWindowInSeconds", 0),
      reportsItemFailures: listOf(resource, "FunctionResponseTypes").length > 0,
      maximumConcurrency: optionalNumberOf(resource, "ScalingConfig.MaximumConcurrency"),
      provisioned: provisionedOf(resource),
    });
    return { ref: id, attributes: { Id: id, EventSourceMappingArn: arnOf("lambda", `event-source-mapping:${id}`) } };
  },
};

/** The pollers that AWS takes where the template names only one end. */
const PROVISIONED_DEFAULTS = { minimumPollers: 2, maximumPollers: 200 } as const;

const provisionedOf = (resource: Resource): { minimumPollers: number; maximumPollers: number } | undefined => {
  if (resource.properties.ProvisionedPollerConfig === undefined) return undefined;
  const { minimumPollers, maximumPollers } = PROVISIONED_DEFAULTS;
  return {
    minimumPollers: numberOf(resource, "ProvisionedPollerConfig.MinimumPollers", minimumPollers),
    maximumPollers: numberOf(resource, "ProvisionedPollerConfig.MaximumPollers", maximumPollers),
  };
};
