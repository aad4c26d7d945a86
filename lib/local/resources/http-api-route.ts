import { apiIdOf } from "./api-id.ts";
import { unverified } from "./http-api-authorizer.ts";
import { invalid, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { cases, differs, honoured, inert } from "./treatment.ts";

export const httpApiRoute: ResourceType = {
  type: "AWS::ApiGatewayV2::Route",
  properties: {
    ApiId: honoured,
    RouteKey: honoured,
    Target: honoured,
    AuthorizationType: cases({
      NONE: honoured,
      AWS_IAM: differs("IAM is not enforced here: requests need no signature"),
      JWT: unverified,
    }),
    AuthorizerId: unverified,
    AuthorizationScopes: inert,
    OperationName: inert,
  },
  attributes: ["RouteId"],
  create: (resource, { integrations, routes }) => {
    const target = textOf(resource, "Target");
    const found = integrations.get(target.replace(/^integrations\//, ""));
    if (found === undefined) throw invalid(resource, "Target", "name an integration of this app", target);
    routes.push({ apiId: textOf(resource, "ApiId"), routeKey: textOf(resource, "RouteKey"), integration: found });
    return { ref: apiIdOf(resource), attributes: { RouteId: apiIdOf(resource) } };
  },
};
