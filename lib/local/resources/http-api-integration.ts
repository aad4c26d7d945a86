import { apiIdOf } from "./api-id.ts";
import { functionOf } from "./function-of.ts";
import { numberOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, inert, only } from "./treatment.ts";

/** The longest, and AWS's own choice. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const INTEGRATION_TIMEOUT_MS = 30_000;

export const httpApiIntegration: ResourceType = {
  type: "AWS::ApiGatewayV2::Integration",
  properties: {
    ApiId: honoured,
    IntegrationType: only("AWS_PROXY"),
    IntegrationUri: honoured,
    IntegrationMethod: honoured,
    PayloadFormatVersion: only("2.0"),
    TimeoutInMillis: honoured,
    Description: inert,
  },
  attributes: ["IntegrationId"],
  create: (resource, world) => {
    const id = apiIdOf(resource);
    world.integrations.set(id, {
      functionName: functionOf(resource, "IntegrationUri", world).name,
      timeoutMs: numberOf(resource, "TimeoutInMillis", INTEGRATION_TIMEOUT_MS),
    });
    return { ref: id, attributes: { IntegrationId: id } };
  },
};
