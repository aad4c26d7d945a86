import { type HttpAnswer, isSendable, ownHeaders } from "./http-response.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * Reads a function's answer in payload format 1.0; undefined where it is none, to which a REST API says 502.
 *
 * @param payload JSON
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const readRestResponse = (payload: string): HttpAnswer | undefined => {
  const response: Json = JSON.parse(payload);
  if (!isJsonObject(response)) return undefined;
  const status = Number(response.statusCode);
  const body = response.body ?? "";
  if (!Number.isInteger(status) || status < 200 || status > 599 || typeof body !== "string") return undefined;
  const headers = { "content-type": "application/json", ...ownHeaders(response.headers), ...manyValued(response) };
  // Without binary media types a body in base64 goes out as it is.
  return isSendable(headers) ? { status, headers, body: Buffer.from(body) } : undefined;
};

const manyValued = ({ multiValueHeaders }: JsonObject): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(isJsonObject(multiValueHeaders) ? multiValueHeaders : {}).map(([name, values]) => [
      name.toLowerCase(),
      [values].flat().map(String),
    ]),
  );
