import { textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured } from "./treatment.ts";
import { unenforced } from "./unenforced.ts";

export const iamPolicy: ResourceType = {
  type: "AWS::IAM::Policy",
  properties: {
    PolicyName: honoured,
    PolicyDocument: unenforced,
    Groups: unenforced,
    Roles: unenforced,
    Users: unenforced,
  },
  attributes: [],
  create: (resource) => ({ ref: textOf(resource, "PolicyName") }),
};
