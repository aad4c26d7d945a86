import { ASYNC_DEFAULTS } from "../lambda/async-invocations.ts";
import { functionOf } from "./function-of.ts";
import { boundedOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, only } from "./treatment.ts";

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
const BOUNDS = {
  retryAttempts: { min: 0, max: 2, fallback: ASYNC_DEFAULTS.maximumRetryAttempts },
  eventAgeSeconds: { min: 60, max: 21_600, fallback: ASYNC_DEFAULTS.maximumEventAgeSeconds },
} as const;

export const eventInvokeConfig: ResourceType = {
  type: "AWS::Lambda::EventInvokeConfig",
  properties: {
    FunctionName: honoured,
    Qualifier: only("$LATEST"),
    MaximumRetryAttempts: honoured,
    MaximumEventAgeInSeconds: honoured,
  },
  attributes: [],
  create: (resource, world) => {
    const { name } = functionOf(resource, "FunctionName", world);
    world.asyncSettings.set(name, {
      maximumRetryAttempts: boundedOf(resource, "MaximumRetryAttempts", BOUNDS.retryAttempts),
      maximumEventAgeSeconds: boundedOf(resource, "MaximumEventAgeInSeconds", BOUNDS.eventAgeSeconds),
    });
    return { ref: `${name}|$LATEST` };
  },
};
