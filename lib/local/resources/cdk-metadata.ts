import type { ResourceType } from "./resource-type.ts";
import { honoured } from "./treatment.ts";

/** The CDK's own note of which constructs an app uses; it makes nothing on AWS either. */
export const cdkMetadata: ResourceType = {
  type: "AWS::CDK::Metadata",
  properties: { Analytics: honoured },
  attributes: [],
  create: ({ logicalId }) => ({ ref: logicalId }),
};
