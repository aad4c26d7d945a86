import { validateHeaderName, validateHeaderValue } from "node:http";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

/** Returns API Gateway's own answer, for example to a path that there is not. */
export const gatewayAnswer = (status: number, message: string): HttpAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify({ message })),
});

export const NOT_FOUND = gatewayAnswer(404, "Not Found");
export const TOO_LARGE = gatewayAnswer(413, "Request Entity Too Large");
export const INTERNAL_ERROR = gatewayAnswer(500, "Internal Server Error");
export const UNAVAILABLE = gatewayAnswer(503, "Service Unavailable");

/**
 * Reads a function's answer, in payload format 2.0: an object with a `statusCode`, or anything else as a body of its own.
 *
 * @param payload JSON
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const readHttpResponse = (payload: string): HttpAnswer => {
  const response: Json = JSON.parse(payload);
  if (!isJsonObject(response) || response.statusCode === undefined) {
    const body = typeof response === "string" ? response : payload;
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
  }
  const status = Number(response.statusCode);
  const body = response.body ?? "";
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") return INTERNAL_ERROR;
  const headers = { "content-type": "text/plain; charset=utf-8", ...headersOf(response) };
  if (!isSendable(headers)) return INTERNAL_ERROR;
  return {
    status,
    headers,
    body: Buffer.from(body, response.isBase64Encoded === true ? "base64" : "utf8"),
  };
};

/** These speak of the connection, which is not the function's. */
const CONNECTION_HEADERS = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

/** Returns a function's own headers, their names in lower case. */
export const ownHeaders = (headers: Json | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isJsonObject(headers) ? headers : {})
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => !CONNECTION_HEADERS.has(name)),
  );

const headersOf = ({ headers, cookies }: JsonObject): Record<string, string | readonly string[]> => {
  const all = ownHeaders(headers);
  return Array.isArray(cookies) ? { ...all, "set-cookie": cookies.map(String) } : all;
};

/** Tells whether HTTP allows headers of these names and values. */
export const isSendable = (headers: HttpAnswer["headers"]): boolean => {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      for (const text of [value].flat()) validateHeaderValue(name, text);
    }
    return true;
  } catch {
    return false;
  }
};
