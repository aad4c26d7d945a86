import { apiIdOf } from "./api-id.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, inert, only } from "./treatment.ts";

export const httpApi: ResourceType = {
  type: "AWS::ApiGatewayV2::Api",
  properties: { Name: honoured, ProtocolType: only("HTTP"), Description: inert, Tags: inert },
  attributes: ["ApiEndpoint", "ApiId"],
  create: (resource, { apiUrl }) => {
    const id = apiIdOf(resource);
    return { ref: id, attributes: { ApiEndpoint: apiUrl, ApiId: id } };
  },
};
