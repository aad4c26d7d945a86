import { apiIdOf } from "./api-id.ts";
import { textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, inert } from "./treatment.ts";

export const restApi: ResourceType = {
  type: "AWS::ApiGateway::RestApi",
  properties: { Name: honoured, EndpointConfiguration: inert, Description: inert, Tags: inert },
  attributes: ["RestApiId", "RootResourceId"],
  create: (resource, { rest }) => {
    const id = apiIdOf(resource);
    const rootId = `${id}root`;
    rest.apis.set(id, {
      id,
      name: textOf(resource, "Name"),
      paths: new Map([[rootId, ""]]),
      methods: [],
      answers: new Map(),
      bodyValidators: new Set(),
      stageName: undefined,
    });
    return { ref: id, attributes: { RestApiId: id, RootResourceId: rootId } };
  },
};
