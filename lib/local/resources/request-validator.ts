import { apiIdOf } from "./api-id.ts";
import { booleanOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { honoured } from "./treatment.ts";

export const requestValidator: ResourceType = {
  type: "AWS::ApiGateway::RequestValidator",
  properties: {
    RestApiId: honoured,
    Name: honoured,
    ValidateRequestBody: honoured,
    // A method that asks for parameters is refused, so that there are none to look for.
    ValidateRequestParameters: honoured,
  },
  attributes: ["RequestValidatorId"],
  create: (resource, world) => {
    const id = apiIdOf(resource);
    const { bodyValidators } = restApiOf(resource, world);
    if (booleanOf(resource, "ValidateRequestBody", false)) bodyValidators.add(id);
    return { ref: id, attributes: { RequestValidatorId: id } };
  },
};
