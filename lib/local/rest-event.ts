import type { IncomingMessage } from "node:http";
import { ACCOUNT_ID } from "./aws.ts";
import { commonLogTime, urlOf } from "./http-event.ts";
import type { RestMethodSettings } from "./rest-world.ts";

export type RestRequest = {
  readonly request: IncomingMessage;
  readonly apiId: string;
  readonly stage: string;
  readonly method: RestMethodSettings;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Without the stage, as the client encoded it. */
  readonly path: string;
  readonly body: Buffer;
  readonly requestId: string;
  readonly nowMs: number;
};

/**
 * Returns what API Gateway hands to a function for a request, in payload format 1.0.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const restEvent = (given: RestRequest): object => {
  const { request, method, pathParameters, path, body } = given;
  const { searchParams } = urlOf(request);
  const headers = headersOf(request);
  const query = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  return {
    resource: method.path,
    path,
    httpMethod: request.method ?? "",
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: orNull(lastOf(query)),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(pathParameters),
    stageVariables: null,
    requestContext: contextOf(given),
    body: body.length === 0 ? null : body.toString("utf8"),
    isBase64Encoded: false,
  };
};

const contextOf = ({ request, apiId, stage, method, requestId, nowMs }: RestRequest): object => ({
  resourceId: method.resourceId,
  resourcePath: method.path,
  httpMethod: request.method ?? "",
  requestTime: commonLogTime(nowMs),
  // As the client wrote it: with the stage where it named one.
  path: urlOf(request).pathname,
  accountId: ACCOUNT_ID,
  protocol: `HTTP/${request.httpVersion}`,
  stage,
  domainPrefix: apiId,
  requestTimeEpoch: nowMs,
  requestId,
  identity: {
    sourceIp: request.socket.remoteAddress ?? "",
    userAgent: request.headers["user-agent"] ?? null,
    apiKey: request.headers["x-api-key"] ?? null,
  },
  domainName: request.headers.host ?? "",
  apiId,
});

/** By the names that the client wrote; one may be `constructor`, which objects have by themselves. */
const headersOf = ({ rawHeaders }: IncomingMessage): Record<string, readonly string[]> => {
  const headers = new Map<string, readonly string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return Object.fromEntries(headers);
};

const lastOf = (values: Readonly<Record<string, readonly string[]>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));

const orNull = <T extends object>(values: T): T | null => (Object.keys(values).length === 0 ? null : values);
