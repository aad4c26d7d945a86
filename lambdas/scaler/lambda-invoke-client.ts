import { LambdaClient } from "@aws-sdk/client-lambda";
import { PROBE_CALL_MS } from "./time-limits.ts";

/** Waits for a function's answer, which the time-outs of other calls would cut off, and asks once: a probe has its next turn soon. */
export const lambdaInvokeClient = (): LambdaClient =>
  new LambdaClient({
    requestHandler: { connectionTimeout: 1_000, requestTimeout: PROBE_CALL_MS, throwOnRequestTimeout: true },
    maxAttempts: 1,
  });
