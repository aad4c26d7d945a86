import { arnOf } from "../aws.ts";
import type { LambdaAnswer, LambdaCall } from "../wire/messages.ts";
import { lambdaError } from "./lambda-answer.ts";
import type { LambdaApi } from "./lambda-api.ts";
import { namedFunction } from "./named-function.ts";
import type { InvocationResult } from "./result.ts";

/** Of an event that nobody waits for. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_EVENT_BYTES = 1_048_576;

const TYPES = ["RequestResponse", "Event", "DryRun"] as const;

/** What of a call this run knows; the rest would be dropped silently. */
const KNOWN = new Set(["FunctionName", "Qualifier", "InvocationType", "LogType"]);

/** `Invoke`. @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export const invokeCall = async (api: LambdaApi, { parameters, body }: LambdaCall): Promise<LambdaAnswer> => {
  const { FunctionName = "", Qualifier, InvocationType: type = TYPES[0], LogType = "None" } = parameters;
  const unknown = Object.keys(parameters).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return unsupported(unknown);
  if (LogType !== "None") return unsupported(`LogType ${LogType}`);
  if (!TYPES.some((known) => known === type)) {
    return lambdaError("InvalidParameterValueException", `InvocationType must be ${TYPES.join(" or ")}, got ${type}`);
  }
  const found = namedFunction(api.functions, FunctionName, Qualifier);
  if (found === undefined) {
    const reference = FunctionName.startsWith("arn:") ? FunctionName : arnOf("lambda", `function:${FunctionName}`);
    const version = Qualifier === undefined ? "" : `:${Qualifier}`;
    return lambdaError("ResourceNotFoundException", `Function not found: ${reference}${version}`);
  }
  const payload = body === "" ? "{}" : body;
  if (!isJson(payload)) return lambdaError("InvalidRequestContentException", "Could not parse request body into json");
  switch (type) {
    case "DryRun":
      return accepted(204);
    case "Event": {
      if (Buffer.byteLength(payload) > MAX_EVENT_BYTES) return TOO_LARGE;
      api.send(found.name, payload);
      return accepted(202);
    }
    default: {
      const isReserved = found.reservedConcurrency !== undefined;
      return answerOf(await api.invoke(found.name, payload), isReserved);
    }
  }
};

const answerOf = (result: InvocationResult, isReserved: boolean): LambdaAnswer => {
  switch (result.kind) {
    case "succeeded":
      return { status: 200, headers: EXECUTED, body: result.payload };
    case "failed":
      return {
        status: 200,
        headers: { ...EXECUTED, "x-amz-function-error": "Unhandled" },
        body: JSON.stringify(result.error),
      };
    case "throttled":
      return lambdaError("TooManyRequestsException", "Rate Exceeded.", {
        Reason: isReserved ? "ReservedFunctionConcurrentInvocationLimitExceeded" : "ConcurrentInvocationLimitExceeded",
      });
  }
};

const EXECUTED = { "content-type": "application/json", "x-amz-executed-version": "$LATEST" } as const;

const accepted = (status: 202 | 204): LambdaAnswer => ({ status, headers: {}, body: "" });

const TOO_LARGE = lambdaError(
  "RequestTooLargeException",
  `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation with the type Event`,
);

const unsupported = (what: string): LambdaAnswer =>
  lambdaError("InvalidParameterValueException", `a local run does not support ${what} of Invoke`);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};
