import { arnOf } from "../aws.ts";
import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, honoured, inert } from "./treatment.ts";

export const logGroup: ResourceType = {
  type: "AWS::Logs::LogGroup",
  properties: {
    LogGroupName: honoured,
    RetentionInDays: differs("logs go to this process's own output; none are kept"),
    KmsKeyId: inert,
    LogGroupClass: inert,
    Tags: inert,
  },
  attributes: ["Arn"],
  create: (resource) => {
    const name = nameOf(resource, "LogGroupName", 512);
    return { ref: name, attributes: { Arn: arnOf("logs", `log-group:${name}:*`) } };
  },
};
