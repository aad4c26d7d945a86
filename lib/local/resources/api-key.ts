import { apiIdOf } from "./api-id.ts";
import { booleanOf, optionalTextOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, honoured, inert } from "./treatment.ts";

export const apiKey: ResourceType = {
  type: "AWS::ApiGateway::ApiKey",
  properties: {
    Enabled: honoured,
    Value: honoured,
    StageKeys: differs("a key opens what its usage plans name"),
    Name: inert,
    Description: inert,
    Tags: inert,
  },
  attributes: ["APIKeyId"],
  differences: [{ about: "value", why: "a key that the template gives no value has its id for one" }],
  create: (resource, { rest }) => {
    const id = apiIdOf(resource);
    const value = optionalTextOf(resource, "Value") ?? id;
    rest.keys.set(id, { value, isEnabled: booleanOf(resource, "Enabled", false) });
    return { ref: id, attributes: { APIKeyId: id } };
  },
};
