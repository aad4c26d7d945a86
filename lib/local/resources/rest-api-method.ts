import { apiIdOf } from "./api-id.ts";
import { functionOf } from "./function-of.ts";
import { booleanOf, invalid, numberOf, objectOf, optionalTextOf, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { cases, differs, fields, honoured, inert, only } from "./treatment.ts";

/** What AWS takes where nothing else is said. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const INTEGRATION_TIMEOUT_MS = 29_000;

export const restApiMethod: ResourceType = {
  type: "AWS::ApiGateway::Method",
  properties: {
    RestApiId: honoured,
    ResourceId: honoured,
    HttpMethod: honoured,
    AuthorizationType: cases({
      NONE: honoured,
      AWS_IAM: differs("IAM is not enforced here: requests need no signature"),
    }),
    ApiKeyRequired: honoured,
    Integration: fields({
      Type: only("AWS_PROXY"),
      IntegrationHttpMethod: only("POST"),
      Uri: honoured,
      TimeoutInMillis: honoured,
    }),
    RequestModels: fields({ $default: honoured }),
    RequestValidatorId: honoured,
    OperationName: inert,
  },
  attributes: [],
  create: (resource, world) => {
    const { paths, methods, bodyValidators } = restApiOf(resource, world);
    const resourceId = textOf(resource, "ResourceId");
    const path = paths.get(resourceId);
    if (path === undefined) throw invalid(resource, "ResourceId", "name a resource of the same API", resourceId);
    const validator = optionalTextOf(resource, "RequestValidatorId");
    const hasModel = objectOf(resource, "RequestModels").$default !== undefined;
    methods.push({
      resourceId,
      path: path === "" ? "/" : path,
      httpMethod: textOf(resource, "HttpMethod"),
      needsKey: booleanOf(resource, "ApiKeyRequired", false),
      needsObject: hasModel && validator !== undefined && bodyValidators.has(validator),
      integration: {
        functionName: functionOf(resource, "Integration.Uri", world).name,
        timeoutMs: numberOf(resource, "Integration.TimeoutInMillis", INTEGRATION_TIMEOUT_MS),
      },
    });
    return { ref: apiIdOf(resource) };
  },
};
