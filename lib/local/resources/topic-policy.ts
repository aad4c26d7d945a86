import type { ResourceType } from "./resource-type.ts";
import { unenforced } from "./unenforced.ts";

export const topicPolicy: ResourceType = {
  type: "AWS::SNS::TopicPolicy",
  properties: { PolicyDocument: unenforced, Topics: unenforced },
  attributes: ["Id"],
  create: ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }),
};
