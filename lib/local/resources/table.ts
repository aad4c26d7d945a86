import { alarm } from "./alarm.ts";
import { apiKey } from "./api-key.ts";
import { bucket } from "./bucket.ts";
import { bucketPolicy } from "./bucket-policy.ts";
import { budget } from "./budget.ts";
import { cdkMetadata } from "./cdk-metadata.ts";
import { compositeAlarm } from "./composite-alarm.ts";
import { dashboard } from "./dashboard.ts";
import { dynamoDbGlobalTable } from "./dynamodb-global-table.ts";
import { dynamoDbTable } from "./dynamodb-table.ts";
import { eventInvokeConfig } from "./event-invoke-config.ts";
import { eventSourceMapping } from "./event-source-mapping.ts";
import { gatewayResponse } from "./gateway-response.ts";
import { httpApi } from "./http-api.ts";
import { httpApiAuthorizer } from "./http-api-authorizer.ts";
import { httpApiIntegration } from "./http-api-integration.ts";
import { httpApiRoute } from "./http-api-route.ts";
import { httpApiStage } from "./http-api-stage.ts";
import { iamPolicy } from "./iam-policy.ts";
import { iamRole } from "./iam-role.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { lambdaPermission } from "./lambda-permission.ts";
import { logGroup } from "./log-group.ts";
import { queue } from "./queue.ts";
import { queuePolicy } from "./queue-policy.ts";
import { requestValidator } from "./request-validator.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApi } from "./rest-api.ts";
import { restApiAccount } from "./rest-api-account.ts";
import { restApiDeployment } from "./rest-api-deployment.ts";
import { restApiMethod } from "./rest-api-method.ts";
import { restApiModel } from "./rest-api-model.ts";
import { restApiResource } from "./rest-api-resource.ts";
import { restApiStage } from "./rest-api-stage.ts";
import { schedule } from "./schedule.ts";
import { secret } from "./secret.ts";
import { subscription } from "./subscription.ts";
import { topic } from "./topic.ts";
import { topicPolicy } from "./topic-policy.ts";
import { usagePlan } from "./usage-plan.ts";
import { usagePlanKey } from "./usage-plan-key.ts";

const TYPES: readonly ResourceType[] = [
  alarm,
  apiKey,
  bucket,
  bucketPolicy,
  budget,
  cdkMetadata,
  compositeAlarm,
  dashboard,
  dynamoDbGlobalTable,
  dynamoDbTable,
  eventInvokeConfig,
  eventSourceMapping,
  gatewayResponse,
  httpApi,
  httpApiAuthorizer,
  httpApiIntegration,
  httpApiRoute,
  httpApiStage,
  iamPolicy,
  iamRole,
  lambdaFunction,
  lambdaPermission,
  logGroup,
  queue,
  queuePolicy,
  requestValidator,
  restApi,
  restApiAccount,
  restApiDeployment,
  restApiMethod,
  restApiModel,
  restApiResource,
  restApiStage,
  schedule,
  secret,
  subscription,
  topic,
  topicPolicy,
  usagePlan,
  usagePlanKey,
];

/** Every resource type that this runtime runs, by CloudFormation's name for it. */
export const SUPPORTED_TYPES: ReadonlyMap<string, ResourceType> = new Map(TYPES.map((type) => [type.type, type]));
