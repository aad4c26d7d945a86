import { templateProblem } from "../rest-refusal.ts";
import { apiIdOf } from "./api-id.ts";
import { objectOf, optionalNumberOf, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { checked, fields, honoured, matching } from "./treatment.ts";

const HEADER = "gatewayresponse.header.";
const constant = matching(/^'[^']*'$/, "a text in single quotes");

export const gatewayResponse: ResourceType = {
  type: "AWS::ApiGateway::GatewayResponse",
  properties: {
    RestApiId: honoured,
    ResponseType: honoured,
    StatusCode: honoured,
    ResponseTemplates: fields({ "application/json": checked(templateProblem) }),
    ResponseParameters: fields({ [`${HEADER}Content-Type`]: constant, [`${HEADER}Retry-After`]: constant }),
  },
  attributes: ["Id"],
  create: (resource, world) => {
    const template = objectOf(resource, "ResponseTemplates")["application/json"];
    const headers = Object.entries(objectOf(resource, "ResponseParameters")).map(([name, value]) => [
      name.slice(HEADER.length).toLowerCase(),
      String(value).slice(1, -1),
    ]);
    restApiOf(resource, world).answers.set(textOf(resource, "ResponseType"), {
      status: optionalNumberOf(resource, "StatusCode"),
      headers: Object.fromEntries(headers),
      template: typeof template === "string" ? template : undefined,
    });
    return { ref: apiIdOf(resource), attributes: { Id: apiIdOf(resource) } };
  },
};
