import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { environmentOf } from "../lambda/environment-key.ts";
import { answerJsonError, answerS3Error } from "../wire/aws-error.ts";
import { isLambdaCall, lambdaOperationOf } from "../wire/lambda-operation.ts";
import { answerWith, capture, isPerformed, perform } from "./captured-call.ts";
import type { FaultDraws } from "./fault-draws.ts";
import type { CallEffect, CallFault } from "./fault-plan.ts";
import { HeldCalls } from "./held-calls.ts";

export type CallFaultsOptions = {
  readonly faults: readonly CallFault[];
  readonly draws: FaultDraws;
  /** Of the services. */
  readonly portOf: () => number;
  /** Ends an environment, whatever it does. @param environment its access key id */
  readonly crash: (environment: string) => void;
};

/** Disturbs calls on their way to the services; what meets no fault is handed on unread. */
export const withCallFaults = (services: RequestListener, options: CallFaultsOptions): RequestListener => {
  const { faults, draws } = options;
  const held = new HeldCalls();
  const faultsByCall = new Map<string, readonly CallFault[]>();
  const faultsOf = (call: string): readonly CallFault[] => {
    const known = faultsByCall.get(call) ?? faults.filter(({ calls }) => calls.some((start) => call.startsWith(start)));
    faultsByCall.set(call, known);
    return known;
  };
  return (request, response) => {
    const environment = isPerformed(request) ? undefined : environmentOf(request);
    const call = nameOf(request);
    const fault = environment === undefined ? undefined : draws.draw(faultsOf(call));
    if (environment !== undefined && fault !== undefined) {
      const met = { call, environment, fault, request, response };
      // A caller that is gone needs no answer, and a service that fails gives none.
      inject(met, held, options).catch(() => response.destroy());
      return;
    }
    held.watch(request, response);
    services(request, response);
  };
};

type Met = {
  readonly call: string;
  readonly environment: string;
  readonly fault: CallFault;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
};

const inject = async (met: Met, held: HeldCalls, { draws, portOf, crash }: CallFaultsOptions): Promise<void> => {
  const { call, environment, fault, request, response } = met;
  const captured = await capture(request);
  const does = (): ReturnType<typeof perform> => perform(captured, portOf());
  if (!new RegExp(fault.bodyMatches ?? "").test(captured.body.toString())) return answerWith(response, await does());
  const effect = fault.does;
  if (effect.kind === "hold") {
    held.hold(captured.body, new RegExp(effect.untilBodyMatches), () => {
      draws.report(fault, call);
      does().catch(() => undefined);
    });
    return crash(environment);
  }
  draws.report(fault, call);
  switch (effect.kind) {
    case "refuse":
      return refuse(call, effect, response);
    case "delay":
      return await delay(effect, does, response, draws);
    case "lose-answer":
      await does();
      request.socket.destroy();
      return;
    case "crash-before":
      return crash(environment);
    case "crash-after":
      await does();
      return crash(environment);
  }
};

const refuse = (call: string, { status, code }: CallEffect & { kind: "refuse" }, response: ServerResponse): void => {
  const error = { code, message: "a fault that was asked for" };
  if (call.startsWith(S3)) answerS3Error(response, error, status);
  else answerJsonError(response, error, status);
};

const delay = async (
  { leastMs, mostMs }: CallEffect & { kind: "delay" },
  does: () => ReturnType<typeof perform>,
  response: ServerResponse,
  draws: FaultDraws,
): Promise<void> => {
  const delayMs = draws.between(leastMs, mostMs);
  const isLateDone = draws.between(0, 1) < 0.5;
  if (isLateDone) await pause(delayMs);
  const answer = await does();
  if (!isLateDone) await pause(delayMs);
  answerWith(response, answer);
};

const S3 = "S3 ";

const nameOf = (request: IncomingMessage): string => {
  const target = request.headers["x-amz-target"];
  if (target !== undefined) return String(target);
  return isLambdaCall(request) ? `Lambda ${lambdaOperationOf(request)?.operation}` : `${S3}${request.method}`;
};
