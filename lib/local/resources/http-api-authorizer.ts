import { apiIdOf } from "./api-id.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, fields, honoured, only, type Treatment } from "./treatment.ts";

/** The keys of an issuer are at the issuer: a run asks nobody outside this machine. */
export const unverified: Treatment = differs("tokens are not verified here: requests need none");

export const httpApiAuthorizer: ResourceType = {
  type: "AWS::ApiGatewayV2::Authorizer",
  properties: {
    ApiId: honoured,
    Name: honoured,
    AuthorizerType: only("JWT"),
    IdentitySource: unverified,
    JwtConfiguration: fields({ Issuer: unverified, Audience: unverified }),
  },
  attributes: ["AuthorizerId"],
  create: (resource) => ({ ref: apiIdOf(resource), attributes: { AuthorizerId: apiIdOf(resource) } }),
};
