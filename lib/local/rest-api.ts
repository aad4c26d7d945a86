import type { IncomingMessage, RequestListener } from "node:http";
import { HTTP_API_MAX_BODY_BYTES, LAMBDA_MAX_PAYLOAD_BYTES } from "../core/limits.ts";
import { type Answered, type GatewayOptions, gatewayListener, integrate } from "./api-gateway.ts";
import { urlOf } from "./http-event.ts";
import { type Routed, type RouteMatch, routeMatcher } from "./http-routes.ts";
import { isJsonObject, type Json } from "./json.ts";
import type { InvocationResult } from "./lambda/result.ts";
import { restEvent } from "./rest-event.ts";
import { type Refusal, restRefusal } from "./rest-refusal.ts";
import { readRestResponse } from "./rest-response.ts";
import type { RestApiSettings, RestMethodSettings } from "./rest-world.ts";
import { readBody } from "./wire/request-body.ts";

export type RestApiOptions = GatewayOptions & {
  readonly api: RestApiSettings;
  /** What `x-api-key` may say, where a method asks for a key. */
  readonly keys: ReadonlySet<string>;
};

/**
 * Answers requests as a REST API of API Gateway with Lambda proxy integrations does: below its stage, as at the address
 * that AWS gives, and without, as at a domain of one's own.
 */
export const answerRest = (options: RestApiOptions): RequestListener => {
  const match = methodMatcher(options.api.methods);
  return gatewayListener(options, {
    idHeader: "x-amzn-requestid",
    answer: async (request, requestId) => {
      const path = withoutStage(urlOf(request).pathname, options.api.stageName);
      const found = path === undefined ? undefined : match(request.method ?? "", path);
      const answered =
        path === undefined || found === undefined
          ? "MISSING_AUTHENTICATION_TOKEN"
          : await answerMatched(options, request, { ...found, path }, requestId);
      if (typeof answered === "object") return answered;
      return { answer: restRefusal(options.api, answered, requestId) };
    },
  });
};

/** Undefined where nothing is served. */
const withoutStage = (pathname: string, stageName: string | undefined): string | undefined => {
  if (stageName === undefined) return undefined;
  if (pathname === `/${stageName}`) return "/";
  return pathname.startsWith(`/${stageName}/`) ? pathname.slice(stageName.length + 1) : pathname;
};

type Found = Pick<RouteMatch, "pathParameters"> & { readonly method: RestMethodSettings };

/** Finds the resource first, and then its method: what another resource could do does not count. */
const methodMatcher = (
  methods: readonly RestMethodSettings[],
): ((method: string, path: string) => Found | undefined) => {
  const byPath = Map.groupBy(methods, ({ path }) => path);
  const resources = [...byPath].map(([path, own]): Routed & { readonly own: readonly RestMethodSettings[] } => ({
    routeKey: `ANY ${path}`,
    own,
  }));
  const match = routeMatcher(resources);
  return (requested, path) => {
    const found = match(requested, path);
    const own = found?.route.own ?? [];
    const method = [requested, "ANY"].map((name) => own.find(({ httpMethod }) => httpMethod === name)).find(Boolean);
    return found === undefined || method === undefined ? undefined : { pathParameters: found.pathParameters, method };
  };
};

const answerMatched = async (
  options: RestApiOptions,
  request: IncomingMessage,
  { method, pathParameters, path }: Found & { readonly path: string },
  requestId: string,
): Promise<Answered | Refusal> => {
  const { api, keys, clock } = options;
  if (method.needsKey && !keys.has(String(request.headers["x-api-key"]))) return "INVALID_API_KEY";
  const body = await readBody(request, HTTP_API_MAX_BODY_BYTES);
  if (body === undefined) return "REQUEST_TOO_LARGE";
  if (method.needsObject && !isObject(body)) return "BAD_REQUEST_BODY";
  const { id: apiId, stageName: stage = "" } = api;
  const event = { request, apiId, stage, method, pathParameters, path, body, requestId, nowMs: clock.nowMs() };
  const payload = JSON.stringify(restEvent(event));
  if (Buffer.byteLength(payload) > LAMBDA_MAX_PAYLOAD_BYTES) return "REQUEST_TOO_LARGE";
  const { result, integrationMs } = await integrate(options, method.integration, payload);
  const answer = answerOf(result);
  return { answer: typeof answer === "string" ? restRefusal(api, answer, requestId) : answer, integrationMs };
};

const answerOf = (result: InvocationResult | undefined): Answered["answer"] | Refusal => {
  if (result === undefined) return "INTEGRATION_TIMEOUT";
  if (result.kind === "throttled") return "INTEGRATION_FAILURE";
  return (result.kind === "succeeded" ? readRestResponse(result.payload) : undefined) ?? "DEFAULT_5XX";
};

const isObject = (body: Buffer): boolean => {
  try {
    return isJsonObject(JSON.parse(body.toString("utf8")) as Json);
  } catch {
    return false;
  }
};
