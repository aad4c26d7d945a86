import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { WakeEvent } from "../../lib/core/scaling/scaling-events.ts";
import { lambdaClient } from "./lambda-client.ts";

/** Asks the scaler to look now, and does not wait until it has. @param signal Gives up when it aborts */
export type WakeScaler = (signal: AbortSignal) => Promise<void>;

/** Wakes the scaler by an asynchronous invocation of its function. */
export const scalerWaker = (
  functionName: string,
  jobType: string,
  client: LambdaClient = lambdaClient(),
): WakeScaler => {
  const event: WakeEvent = { wake: jobType };
  const input = { FunctionName: functionName, InvocationType: "Event", Payload: JSON.stringify(event) } as const;
  return async (signal) => {
    await client.send(new InvokeCommand(input), { abortSignal: signal });
  };
};
