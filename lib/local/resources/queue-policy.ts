import type { ResourceType } from "./resource-type.ts";
import { unenforced } from "./unenforced.ts";

export const queuePolicy: ResourceType = {
  type: "AWS::SQS::QueuePolicy",
  properties: { PolicyDocument: unenforced, Queues: unenforced },
  attributes: ["Id"],
  create: ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }),
};
