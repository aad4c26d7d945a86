import { arnOf } from "../aws.ts";
import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, inert } from "./treatment.ts";
import { unenforced } from "./unenforced.ts";

export const iamRole: ResourceType = {
  type: "AWS::IAM::Role",
  properties: {
    RoleName: honoured,
    AssumeRolePolicyDocument: unenforced,
    ManagedPolicyArns: unenforced,
    PermissionsBoundary: unenforced,
    Policies: unenforced,
    Description: inert,
    MaxSessionDuration: inert,
    Path: inert,
    Tags: inert,
  },
  attributes: ["Arn", "RoleId"],
  create: (resource) => {
    const name = nameOf(resource, "RoleName", 64);
    return { ref: name, attributes: { Arn: arnOf("iam", `role/${name}`, ""), RoleId: name } };
  },
};
