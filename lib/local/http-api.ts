import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { HTTP_API_MAX_BODY_BYTES, LAMBDA_MAX_PAYLOAD_BYTES } from "../core/limits.ts";
import type { Clock } from "./clock.ts";
import type { RequestMeasure } from "./http-api-metrics.ts";
import { httpEvent, urlOf } from "./http-event.ts";
import {
  type HttpAnswer,
  INTERNAL_ERROR,
  NOT_FOUND,
  readHttpResponse,
  TOO_LARGE,
  UNAVAILABLE,
} from "./http-response.ts";
import { type RouteMatch, routeMatcher } from "./http-routes.ts";
import type { InvocationResult } from "./lambda/result.ts";
import { readBody } from "./wire/request-body.ts";
import type { RouteSettings } from "./world.ts";

export type HttpApiOptions = {
  readonly routes: readonly RouteSettings[];
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  readonly clock: Clock;
  /** Called once for each answer. @default - nobody counts */
  readonly onAnswer?: (request: RequestMeasure) => void;
};

/** An answer, and how long its function took where it was asked. */
type Answered = { readonly answer: HttpAnswer; readonly integrationMs?: number };

/** Answers requests as an HTTP API of API Gateway with Lambda integrations does. */
export const answerHttp = (options: HttpApiOptions): RequestListener => {
  const match = routeMatcher(options.routes);
  return (request, response) => {
    const requestId = randomUUID();
    const startedMs = options.clock.nowMs();
    const found = match(request.method ?? "", urlOf(request).pathname);
    const answered = found === undefined ? NOWHERE : answerMatched(options, request, found, requestId);
    void answered.then(
      ({ answer, integrationMs }) => {
        write(request, response, answer, requestId);
        const latencyMs = options.clock.nowMs() - startedMs;
        options.onAnswer?.({ status: answer.status, latencyMs, integrationMs });
      },
      () => response.destroy(),
    );
  };
};

const NOWHERE: Promise<Answered> = Promise.resolve({ answer: NOT_FOUND });

const answerMatched = async (
  { invoke, clock }: HttpApiOptions,
  request: IncomingMessage,
  match: RouteMatch,
  requestId: string,
): Promise<Answered> => {
  const body = await readBody(request, HTTP_API_MAX_BODY_BYTES);
  if (body === undefined) return { answer: TOO_LARGE };
  const payload = JSON.stringify(httpEvent({ request, match, body, requestId, nowMs: clock.nowMs() }));
  if (Buffer.byteLength(payload) > LAMBDA_MAX_PAYLOAD_BYTES) return { answer: TOO_LARGE };
  const { functionName, timeoutMs } = match.route.integration;
  const startedMs = clock.nowMs();
  const result = await within(clock, timeoutMs, invoke(functionName, payload));
  return { answer: answerOf(result), integrationMs: clock.nowMs() - startedMs };
};

const answerOf = (result: InvocationResult | undefined): HttpAnswer => {
  switch (result?.kind) {
    case "succeeded":
      return readHttpResponse(result.payload);
    case "failed":
      return INTERNAL_ERROR;
    // Out of time, or of concurrency: API Gateway says the same for both.
    default:
      return UNAVAILABLE;
  }
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

const write = (request: IncomingMessage, response: ServerResponse, answer: HttpAnswer, requestId: string): void => {
  if (!request.complete) {
    // Who sends too much is not listened to until the end.
    response.setHeader("connection", "close");
    request.resume();
  }
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  response.setHeader("apigw-requestid", requestId);
  response.writeHead(answer.status, { "content-length": answer.body.length });
  response.end(answer.body);
};
