import type { IncomingMessage, RequestListener } from "node:http";
import { HTTP_API_MAX_BODY_BYTES, LAMBDA_MAX_PAYLOAD_BYTES } from "../core/limits.ts";
import { type Answered, type GatewayOptions, gatewayListener, integrate } from "./api-gateway.ts";
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

export type HttpApiOptions = GatewayOptions & { readonly routes: readonly RouteSettings[] };

/** Answers requests as an HTTP API of API Gateway with Lambda integrations does. */
export const answerHttp = (options: HttpApiOptions): RequestListener => {
  const match = routeMatcher(options.routes);
  return gatewayListener(options, {
    idHeader: "apigw-requestid",
    answer: async (request, requestId) => {
      const found = match(request.method ?? "", urlOf(request).pathname);
      return found === undefined ? { answer: NOT_FOUND } : await answerMatched(options, request, found, requestId);
    },
  });
};

const answerMatched = async (
  options: HttpApiOptions,
  request: IncomingMessage,
  match: RouteMatch,
  requestId: string,
): Promise<Answered> => {
  const body = await readBody(request, HTTP_API_MAX_BODY_BYTES);
  if (body === undefined) return { answer: TOO_LARGE };
  const payload = JSON.stringify(httpEvent({ request, match, body, requestId, nowMs: options.clock.nowMs() }));
  if (Buffer.byteLength(payload) > LAMBDA_MAX_PAYLOAD_BYTES) return { answer: TOO_LARGE };
  const { result, integrationMs } = await integrate(options, match.route.integration, payload);
  return { answer: answerOf(result), integrationMs };
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
