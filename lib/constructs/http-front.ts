import { Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnAuthorizer,
  CfnIntegration,
  CfnRoute,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import type { Construct } from "constructs";
import { ROUTES } from "../core/routes.ts";
import type { ParsedStage } from "../core/settings.ts";
import { ACCESS_LOG, ACCESS_LOG_END, type ApiFront, type ApiFrontProps, letInvoke } from "./api-front.ts";
import { expiringLogs } from "./expiring-logs.ts";

const NAMED_ROUTES = ROUTES.map(({ operationId, method, path }) => [operationId, `${method} ${path}`] as const);
/** Every other request. It is authorized as the named ones are, or strangers would reach the function through it. */
const DEFAULT_ROUTE = ["default", "$default"] as const;

/** Adds an HTTP API to the scope of the api: its resources have had their ids there from the beginning. */
export const httpFront = (scope: Construct, { stage, lambda }: ApiFrontProps): ApiFront => {
  const api = new HttpApi(scope, "HttpApi", { apiName: Stack.of(scope).stackName, createDefaultStage: false });
  const integration = new CfnIntegration(scope, "Integration", {
    apiId: api.apiId,
    integrationType: "AWS_PROXY",
    integrationUri: lambda.functionArn,
    payloadFormatVersion: "2.0",
  });
  const authorization = authorizationOf(scope, api, stage);
  for (const [operationId, routeKey] of [...NAMED_ROUTES, DEFAULT_ROUTE]) {
    const target = `integrations/${integration.ref}`;
    new CfnRoute(scope, operationId, { apiId: api.apiId, routeKey, target, ...authorization });
  }
  letInvoke(lambda, api.apiId);
  const { url } = publish(scope, api, stage);
  // An HTTP API's metrics, unlike those of a REST API, go by its id. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
  return { url, apiId: api.apiId, dimensions: { ApiId: api.apiId } };
};

type Authorization = { readonly authorizationType: string; readonly authorizerId?: string };

/** Says who may call a route; no setting leads to one that is open, but `public`. */
const authorizationOf = (scope: Construct, api: HttpApi, { auth, jwt }: ParsedStage): Authorization => {
  if (auth === "public") return { authorizationType: "NONE" };
  if (auth !== "jwt" || jwt === undefined) return { authorizationType: "AWS_IAM" };
  const authorizer = new CfnAuthorizer(scope, "Tokens", {
    apiId: api.apiId,
    name: "Tokens",
    authorizerType: "JWT",
    identitySource: ["$request.header.Authorization"],
    jwtConfiguration: { issuer: jwt.issuer, audience: [...jwt.audience] },
  });
  return { authorizationType: "JWT", authorizerId: authorizer.ref };
};

const publish = (scope: Construct, api: HttpApi, { auth, throttle, logRetentionDays }: ParsedStage): HttpStage => {
  const route = { route: "$context.routeKey" };
  // Who signs has an account and a key; who shows a token is whom its issuer says.
  const subject = auth === "jwt" ? { subject: "$context.authorizer.claims.sub" } : {};
  const line = { ...ACCESS_LOG, ...subject, ...route, ...ACCESS_LOG_END };
  return new HttpStage(scope, "Stage", {
    httpApi: api,
    autoDeploy: true,
    throttle: { rateLimit: throttle.ratePerSecond, burstLimit: throttle.burst },
    accessLogSettings: {
      destination: new LogGroupLogDestination(expiringLogs(scope, "AccessLogs", logRetentionDays)),
      format: AccessLogFormat.custom(JSON.stringify(line)),
    },
  });
};
