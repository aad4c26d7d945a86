import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { ProbeResult } from "../../lib/core/scaling/queue-scaling.ts";
import type { ProbeAnswer, ProbeEvent } from "../../lib/core/scaling/scaling-events.ts";
import type { Scaler } from "./scaler.ts";

const EVENT: ProbeEvent = { probe: true };
const ANSWERS = ["up", "down", "none"] as const satisfies readonly ProbeAnswer["probe"][];

/** Has a worker function look at its downstream; `unknown` where that fails, since it says nothing about the downstream. */
export const lambdaProbe =
  (client: LambdaClient): Scaler["probe"] =>
  async (functionArn, abortSignal) => {
    try {
      const command = new InvokeCommand({ FunctionName: functionArn, Payload: JSON.stringify(EVENT) });
      const { FunctionError, Payload } = await client.send(command, { abortSignal });
      return FunctionError === undefined && Payload !== undefined ? answerOf(Payload.transformToString()) : "unknown";
    } catch {
      return "unknown";
    }
  };

const answerOf = (payload: string): ProbeResult => {
  const answer: unknown = JSON.parse(payload);
  if (typeof answer !== "object" || answer === null || !("probe" in answer)) return "unknown";
  return ANSWERS.find((known) => known === answer.probe) ?? "unknown";
};
