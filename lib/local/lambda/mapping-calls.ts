import { arnOf } from "../aws.ts";
import type { ControlledMapping } from "../controlled-mapping.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { LambdaAnswer, LambdaCall } from "../wire/messages.ts";
import { jsonAnswer, lambdaError } from "./lambda-answer.ts";
import type { LambdaApi } from "./lambda-api.ts";
import { readMappingChange } from "./mapping-change.ts";
import { namedFunction } from "./named-function.ts";

/** The most that one answer lists. @see https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html */
const MAX_ITEMS = { accepted: 10_000, listed: 100 } as const;

/** `GetEventSourceMapping`. */
export const getMapping = ({ mappings }: LambdaApi, { parameters }: LambdaCall): LambdaAnswer => {
  const mapping = mappings.find(({ wanted }) => wanted.id === parameters.UUID);
  return mapping === undefined ? NO_MAPPING : jsonAnswer(200, configurationOf(mapping));
};

/** `ListEventSourceMappings`. A marker is the id of the mapping that comes next. */
export const listMappings = (api: LambdaApi, { parameters }: LambdaCall): LambdaAnswer => {
  const { EventSourceArn, FunctionName, Marker = "", MaxItems = String(MAX_ITEMS.listed) } = parameters;
  const most = Number(MaxItems);
  if (!Number.isInteger(most) || most < 1 || most > MAX_ITEMS.accepted) {
    return invalid(`MaxItems must be 1–${MAX_ITEMS.accepted}, got ${MaxItems}`);
  }
  const named = FunctionName === undefined ? undefined : namedFunction(api.functions, FunctionName);
  if (FunctionName !== undefined && named === undefined) {
    return lambdaError("ResourceNotFoundException", `Function not found: ${FunctionName}`);
  }
  const matching = api.mappings.filter(
    ({ wanted }) =>
      (EventSourceArn === undefined || wanted.queueArn === EventSourceArn) &&
      (named === undefined || wanted.functionName === named.name),
  );
  const first = Marker === "" ? 0 : matching.findIndex(({ wanted }) => wanted.id === Marker);
  if (first < 0) return invalid(`Marker must be the NextMarker of an earlier answer, got ${Marker}`);
  const end = first + Math.min(most, MAX_ITEMS.listed);
  const next = matching[end];
  return jsonAnswer(200, {
    EventSourceMappings: matching.slice(first, end).map(configurationOf),
    ...(next === undefined ? {} : { NextMarker: next.wanted.id }),
  });
};

/** `UpdateEventSourceMapping`. @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export const updateMapping = ({ mappings, functions }: LambdaApi, { parameters, body }: LambdaCall): LambdaAnswer => {
  const input = parse(body);
  if (input === undefined) return lambdaError("InvalidRequestContentException", "the body must be a JSON object");
  const mapping = mappings.find(({ wanted }) => wanted.id === parameters.UUID);
  if (mapping === undefined) return NO_MAPPING;
  const { FunctionName, ...rest } = input;
  if (
    FunctionName !== undefined &&
    namedFunction(functions, String(FunctionName))?.name !== mapping.wanted.functionName
  ) {
    return invalid(`a local run does not give a mapping another function, got FunctionName ${String(FunctionName)}`);
  }
  const read = readMappingChange(mapping.wanted, rest);
  if ("problem" in read) return invalid(read.problem);
  if (mapping.isChanging) {
    return lambdaError("ResourceInUseException", "Cannot update the event source mapping because it is in use.");
  }
  mapping.change(read.change);
  return jsonAnswer(202, configurationOf(mapping));
};

/** A mapping as Lambda shows it: what was asked for last, also while it is not yet in effect. */
const configurationOf = ({ wanted, state, lastModifiedMs }: ControlledMapping): JsonObject => ({
  UUID: wanted.id,
  EventSourceMappingArn: arnOf("lambda", `event-source-mapping:${wanted.id}`),
  EventSourceArn: wanted.queueArn,
  FunctionArn: arnOf("lambda", `function:${wanted.functionName}`),
  BatchSize: wanted.batchSize,
  MaximumBatchingWindowInSeconds: wanted.batchWindowSeconds,
  FunctionResponseTypes: wanted.reportsItemFailures ? ["ReportBatchItemFailures"] : [],
  LastModified: lastModifiedMs / 1_000,
  State: state,
  StateTransitionReason: "USER_INITIATED",
  ...(wanted.maximumConcurrency === undefined
    ? {}
    : { ScalingConfig: { MaximumConcurrency: wanted.maximumConcurrency } }),
  ...(wanted.provisioned === undefined
    ? {}
    : {
        ProvisionedPollerConfig: {
          MinimumPollers: wanted.provisioned.minimumPollers,
          MaximumPollers: wanted.provisioned.maximumPollers,
        },
      }),
});

const parse = (body: string): JsonObject | undefined => {
  try {
    const input: Json = JSON.parse(body === "" ? "{}" : body);
    return isJsonObject(input) ? input : undefined;
  } catch {
    return undefined;
  }
};

const invalid = (message: string): LambdaAnswer => lambdaError("InvalidParameterValueException", message);

const NO_MAPPING = lambdaError("ResourceNotFoundException", "The resource you requested does not exist.");
