import { RemovalPolicy, Stack } from "aws-cdk-lib";
import {
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IApiKey,
  Integration,
  IntegrationType,
  LogGroupLogDestination,
  Period,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { ParsedStage } from "../core/settings.ts";
import { acknowledge } from "./acknowledge.ts";
import { ACCESS_LOG, ACCESS_LOG_END, type ApiFront, type ApiFrontProps, letInvoke } from "./api-front.ts";
import { expiringLogs } from "./expiring-logs.ts";
import { addGatewayAnswers } from "./gateway-answers.ts";
import { addRestMethods } from "./rest-methods.ts";

/** A REST API's stage is the first part of every path; an API has one, so its name tells nothing. */
const STAGE_NAME = "live";

/** Adds a REST API to the scope of the api. @see docs/decisions/0025-two-fronts.md */
export const restFront = (scope: Construct, { stage, lambda }: ApiFrontProps): ApiFront => {
  const name = Stack.of(scope).stackName;
  const api = new RestApi(scope, "RestApi", {
    restApiName: name,
    endpointTypes: [EndpointType.REGIONAL],
    // A stage with an access log cannot be deployed in an account whose API Gateway has no role to write logs by, and
    // a new account has none. The account has one such setting per Region, for all REST APIs in it: so the role is the
    // one that AWS means for it, and outlives the stack, or the logs of others would end with this stage.
    cloudWatchRole: true,
    cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
    deployOptions: {
      stageName: STAGE_NAME,
      throttlingRateLimit: stage.throttle.ratePerSecond,
      throttlingBurstLimit: stage.throttle.burst,
      accessLogDestination: new LogGroupLogDestination(expiringLogs(scope, "AccessLogs", stage.logRetentionDays)),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify({ ...ACCESS_LOG, ...ROUTE, ...ACCESS_LOG_END })),
    },
  });
  // The stack has an output of its own for the address.
  api.node.tryRemoveChild("Endpoint");
  addRestMethods(api, { integration: integrationOf(lambda), ...authorizationOf(stage) });
  addGatewayAnswers(api);
  letInvoke(lambda, api.restApiId);
  const key = stage.auth === "apiKey" ? addKey(api, name, stage) : undefined;
  acknowledgeAll(scope, api, stage);
  // Unlike an HTTP API's, its metrics go by name. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  return { url: api.url, apiId: api.restApiId, dimensions: { ApiName: name, Stage: STAGE_NAME }, keyId: key?.keyId };
};

const ROUTE = { key: "$context.identity.apiKeyId", route: "$context.httpMethod $context.resourcePath" };

type Authorization = { readonly authorizationType: AuthorizationType; readonly apiKeyRequired: boolean };

/** Says who may call a method; no setting leads to one that is open, but `public`. */
const authorizationOf = ({ auth }: ParsedStage): Authorization => {
  if (auth === "public") return { authorizationType: AuthorizationType.NONE, apiKeyRequired: false };
  if (auth === "apiKey") return { authorizationType: AuthorizationType.NONE, apiKeyRequired: true };
  return { authorizationType: AuthorizationType.IAM, apiKeyRequired: false };
};

// Not a LambdaIntegration: it would let each method of the API invoke the function by a permission of its own.
const integrationOf = (lambda: LambdaFunction): Integration =>
  new Integration({
    type: IntegrationType.AWS_PROXY,
    integrationHttpMethod: "POST",
    uri: Stack.of(lambda).formatArn({
      service: "apigateway",
      account: "lambda",
      resource: "path",
      resourceName: `2015-03-31/functions/${lambda.functionArn}/invocations`,
    }),
  });

/** Makes one key, whose value API Gateway makes up: no template shows it. */
const addKey = (api: RestApi, name: string, { throttle, dailyQuota }: ParsedStage): IApiKey => {
  const key = api.addApiKey("Key", { description: `Calls the API of ${name}` });
  const plan = api.addUsagePlan("UsagePlan", {
    description: `What a key of ${name} may ask`,
    apiStages: [{ api, stage: api.deploymentStage }],
    throttle: { rateLimit: throttle.ratePerSecond, burstLimit: throttle.burst },
    quota: { limit: dailyQuota, period: Period.DAY },
  });
  plan.addApiKey(key);
  return key;
};

const acknowledgeAll = (scope: Construct, api: RestApi, { auth }: ParsedStage): void => {
  const policy = "service-role/AmazonAPIGatewayPushToCloudWatchLogs";
  acknowledge(
    api,
    `IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
    "the account's one role for the logs of all its REST APIs",
  );
  acknowledge(api, "APIG3", "a web ACL costs by the month: who needs one attaches it to the stage");
  acknowledge(api, "APIG6", "the access log tells of each request; execution logs would hold what jobs work on");
  acknowledge(api, "COG4", "callers sign, or have a key: there are no users to sign in");
  if (auth === "apiKey") acknowledge(scope, "APIG4", "the stage asks for it: every method needs an API key");
};
