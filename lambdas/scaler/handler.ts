import type { Context } from "aws-lambda";
import { readScalerEnvironment } from "../../lib/core/environment.ts";
import { awsScaler } from "./aws-scaler.ts";
import { runMinute } from "./run-minute.ts";

/** Makes the Lambda handler of the scaler, which the schedule invokes each minute and a `WakeEvent` in between. */
export const serveScaler = (): ((event: unknown, context: Context) => Promise<void>) => {
  const scaler = awsScaler(readScalerEnvironment(process.env));
  return (event, context) =>
    runMinute(scaler, { isWoken: isWake(event), remainingMs: () => context.getRemainingTimeInMillis() });
};

const isWake = (event: unknown): boolean => typeof event === "object" && event !== null && "wake" in event;
