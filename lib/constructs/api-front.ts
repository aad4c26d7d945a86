import { Stack } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ParsedStage } from "../core/settings.ts";

export type ApiFrontProps = {
  readonly stage: ParsedStage;
  /** What answers every request that is let through. */
  readonly lambda: LambdaFunction;
};

/** What stands before the api function, as the rest of a stage knows it. */
export type ApiFront = {
  /** With a slash at its end. */
  readonly url: string;
  readonly apiId: string;
  /** Of its metrics in `AWS/ApiGateway`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** By which its owner reads the value of the API's key; undefined where it has none. */
  readonly keyId?: string | undefined;
};

/** What the access logs of both fronts tell of a request. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
export const ACCESS_LOG = {
  requestId: "$context.requestId",
  time: "$context.requestTimeEpoch",
  ip: "$context.identity.sourceIp",
  caller: "$context.identity.caller",
};

/** What comes after it, and after the route. */
export const ACCESS_LOG_END = {
  status: "$context.status",
  latencyMs: "$context.responseLatency",
  integrationMs: "$context.integrationLatency",
  responseBytes: "$context.responseLength",
  error: "$context.error.message",
};

/** Lets one API, and no other, call the api function: on any route of any stage. */
export const letInvoke = (lambda: LambdaFunction, apiId: string): void => {
  lambda.addPermission("Invoke", {
    principal: new ServicePrincipal("apigateway.amazonaws.com"),
    sourceArn: Stack.of(lambda).formatArn({ service: "execute-api", resource: apiId, resourceName: "*/*" }),
  });
};
