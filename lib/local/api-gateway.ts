import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { RequestMeasure } from "./api-metrics.ts";
import type { Clock } from "./clock.ts";
import { type HttpAnswer, INTERNAL_ERROR } from "./http-response.ts";
import type { InvocationResult } from "./lambda/result.ts";
import type { IntegrationSettings } from "./world.ts";

/** What both kinds of APIs work with. */
export type GatewayOptions = {
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  readonly clock: Clock;
  /** Called once for each answer. @default - nobody counts */
  readonly onAnswer?: (request: RequestMeasure) => void;
};

/** An answer, and how long its function took where it was asked. */
export type Answered = { readonly answer: HttpAnswer; readonly integrationMs?: number };

export type Gateway = {
  readonly answer: (request: IncomingMessage, requestId: string) => Promise<Answered>;
  /** The header that names the request. */
  readonly idHeader: string;
};

/** Answers each request, and counts it. */
export const gatewayListener =
  ({ clock, onAnswer }: GatewayOptions, { answer, idHeader }: Gateway): RequestListener =>
  async (request, response) => {
    const requestId = randomUUID();
    const startedMs = clock.nowMs();
    try {
      const { answer: answered, integrationMs } = await answer(request, requestId);
      write(request, response, { ...answered, headers: { ...answered.headers, [idHeader]: requestId } });
      onAnswer?.({ status: answered.status, latencyMs: clock.nowMs() - startedMs, integrationMs });
    } catch {
      // The client went away, or this run cannot cope with what it sent: nobody else would take the error.
      if (response.headersSent) response.destroy();
      else write(request, response, INTERNAL_ERROR);
    }
  };

/** Asks a route's function; undefined where it takes longer than the integration waits. */
export const integrate = async (
  { invoke, clock }: GatewayOptions,
  { functionName, timeoutMs }: IntegrationSettings,
  payload: string,
): Promise<{ readonly result: InvocationResult | undefined; readonly integrationMs: number }> => {
  const startedMs = clock.nowMs();
  const result = await within(clock, timeoutMs, invoke(functionName, payload));
  return { result, integrationMs: clock.nowMs() - startedMs };
};

/** Waits for something no longer than a time; it goes on unobserved. */
const within = async <Result>(clock: Clock, timeoutMs: number, work: Promise<Result>): Promise<Result | undefined> => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cancel = clock.after(timeoutMs, () => resolve(undefined));
  try {
    return await Promise.race([work, promise]);
  } finally {
    cancel();
  }
};

const write = (request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void => {
  if (!request.complete) {
    // Who sends too much is not listened to until the end.
    response.setHeader("connection", "close");
    request.resume();
  }
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.writeHead(answer.status, { "content-length": answer.body.length });
  response.end(answer.body);
};
