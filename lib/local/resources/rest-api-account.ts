import type { ResourceType } from "./resource-type.ts";
import { differs } from "./treatment.ts";

export const restApiAccount: ResourceType = {
  type: "AWS::ApiGateway::Account",
  properties: { CloudWatchRoleArn: differs("API Gateway writes no logs here") },
  attributes: ["Id"],
  create: ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }),
};
