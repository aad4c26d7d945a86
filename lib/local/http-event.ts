import type { IncomingMessage } from "node:http";
import { ACCOUNT_ID } from "./aws.ts";
import type { RouteMatch } from "./http-routes.ts";

export type HttpRequest = {
  readonly request: IncomingMessage;
  readonly match: RouteMatch;
  readonly body: Buffer;
  readonly requestId: string;
  readonly nowMs: number;
};

/**
 * Returns what API Gateway hands to a function for a request, in payload format 2.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const httpEvent = ({ request, match, body, requestId, nowMs }: HttpRequest): object => {
  const { pathname, search, searchParams } = urlOf(request);
  const { cookie, ...headers } = headersOf(request);
  const { routeKey, apiId } = match.route;
  const isText = isTextual(headers["content-type"]);
  return {
    version: "2.0",
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers,
    ...(searchParams.size === 0 ? {} : { queryStringParameters: joined(searchParams) }),
    ...(Object.keys(match.pathParameters).length === 0 ? {} : { pathParameters: match.pathParameters }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId,
      domainName: headers.host ?? "",
      domainPrefix: apiId,
      http: {
        method: request.method ?? "",
        path: pathname,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage: "$default",
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(body.length === 0 ? {} : { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
};

/** Returns a request's URL; its host is of no meaning. */
export const urlOf = (request: IncomingMessage): URL => {
  const target = request.url ?? "/";
  return new URL(`http://local${target.startsWith("/") ? target : "/"}`);
};

const headersOf = ({ headersDistinct }: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(name === "cookie" ? "; " : ",")]),
  );

const joined = (parameters: URLSearchParams): Record<string, string> =>
  Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name).join(",")]));

const TEXTUAL = /^(text\/.*|application\/(.*\+)?(json|xml)|application\/javascript)$/;

/** API Gateway hands over all other types, forms too, in base64. */
const isTextual = (contentType: string | undefined): boolean =>
  contentType === undefined || TEXTUAL.test(contentType.split(";")[0]?.trim().toLowerCase() ?? "");

/** `12/Mar/2026:19:03:58 +0000`. */
export const commonLogTime = (nowMs: number): string => {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
};
