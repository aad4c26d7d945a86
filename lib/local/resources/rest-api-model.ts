import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { fields, honoured, inert, matching, only } from "./treatment.ts";

/** The one model that bodies are checked by here: any JSON object. */
export const restApiModel: ResourceType = {
  type: "AWS::ApiGateway::Model",
  properties: {
    RestApiId: honoured,
    ContentType: only("application/json"),
    Schema: fields({
      $schema: matching(/^http:\/\/json-schema\.org\/draft-04\/schema#$/, "draft 4 of JSON Schema"),
      type: only("object"),
    }),
    Name: honoured,
    Description: inert,
  },
  attributes: [],
  create: (resource, world) => {
    restApiOf(resource, world);
    return { ref: nameOf(resource, "Name", 128) };
  },
};
