import type { ResourceType } from "./resource-type.ts";
import { unenforced } from "./unenforced.ts";

export const lambdaPermission: ResourceType = {
  type: "AWS::Lambda::Permission",
  properties: {
    Action: unenforced,
    FunctionName: unenforced,
    Principal: unenforced,
    SourceAccount: unenforced,
    SourceArn: unenforced,
  },
  attributes: ["Id"],
  create: ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }),
};
