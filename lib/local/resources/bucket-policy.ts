import type { ResourceType } from "./resource-type.ts";
import { unenforced } from "./unenforced.ts";

export const bucketPolicy: ResourceType = {
  type: "AWS::S3::BucketPolicy",
  properties: { Bucket: unenforced, PolicyDocument: unenforced },
  attributes: [],
  create: ({ logicalId }) => ({ ref: logicalId }),
};
