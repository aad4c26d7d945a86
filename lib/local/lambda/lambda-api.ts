import type { ControlledMapping } from "../controlled-mapping.ts";
import type { LambdaOperation } from "../wire/lambda-operation.ts";
import type { LambdaAnswer, LambdaCall } from "../wire/messages.ts";
import type { FunctionSettings } from "../world.ts";
import { invokeCall } from "./invoke-call.ts";
import { jsonAnswer } from "./lambda-answer.ts";
import { getMapping, listMappings, updateMapping } from "./mapping-calls.ts";
import type { InvocationResult } from "./result.ts";

/** What Lambda's calls act on. */
export type LambdaApi = {
  readonly functions: readonly FunctionSettings[];
  readonly mappings: readonly ControlledMapping[];
  readonly accountConcurrency: number;
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  /** Takes an event that nobody waits for. */
  readonly send: (functionName: string, payload: string) => void;
};

/** Answers Lambda's calls. */
export const answerLambdaCall =
  (api: LambdaApi): ((call: LambdaCall) => Promise<LambdaAnswer>) =>
  async (call) =>
    await OPERATIONS[call.operation](api, call);

/** What a run does not count is left out: sizes of code. */
const getAccountSettings = ({ functions, accountConcurrency }: LambdaApi): LambdaAnswer => {
  const reserved = functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
  return jsonAnswer(200, {
    AccountLimit: {
      ConcurrentExecutions: accountConcurrency,
      UnreservedConcurrentExecutions: Math.max(0, accountConcurrency - reserved),
    },
    AccountUsage: { FunctionCount: functions.length },
  });
};

const OPERATIONS: Readonly<
  Record<LambdaOperation, (api: LambdaApi, call: LambdaCall) => LambdaAnswer | Promise<LambdaAnswer>>
> = {
  GetAccountSettings: getAccountSettings,
  GetEventSourceMapping: getMapping,
  Invoke: invokeCall,
  ListEventSourceMappings: listMappings,
  UpdateEventSourceMapping: updateMapping,
};
