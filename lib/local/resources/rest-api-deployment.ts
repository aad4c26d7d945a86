import { apiIdOf } from "./api-id.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { honoured, inert } from "./treatment.ts";

export const restApiDeployment: ResourceType = {
  type: "AWS::ApiGateway::Deployment",
  properties: { RestApiId: honoured, Description: inert },
  attributes: ["DeploymentId"],
  differences: [
    { about: "earlier deployments", why: "a run serves what the template says now, and nothing before it" },
  ],
  create: (resource, world) => {
    restApiOf(resource, world);
    return { ref: apiIdOf(resource), attributes: { DeploymentId: apiIdOf(resource) } };
  },
};
