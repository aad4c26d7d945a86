import type { ProvisionedPollerConfig, UpdateEventSourceMappingCommandInput } from "@aws-sdk/client-lambda";
import type { MappingChange } from "../../lib/core/scaling/mapping-change.ts";
import type { Pollers } from "../../lib/core/scaling/queue-scaling.ts";

/**
 * Returns a change in Lambda's words: what is not to be changed is left out, and an empty configuration removes limit or pollers.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export const mappingUpdate = ({
  limit,
  isEnabled,
  pollers,
}: MappingChange): Omit<UpdateEventSourceMappingCommandInput, "UUID"> => ({
  ...(isEnabled === undefined ? {} : { Enabled: isEnabled }),
  ...(limit === undefined ? {} : { ScalingConfig: limit === null ? {} : { MaximumConcurrency: limit } }),
  ...(pollers === undefined ? {} : { ProvisionedPollerConfig: pollerConfig(pollers) }),
});

const pollerConfig = (pollers: Pollers | null): ProvisionedPollerConfig =>
  pollers === null ? {} : { MinimumPollers: pollers.min, MaximumPollers: pollers.max };
