import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { ApiRequest, ApiResponse } from "./http.ts";

/**
 * Reads a REST API's event, payload format 1.0.
 *
 * Unlike an HTTP API's, its path is as the client encoded it, and its headers are named as the client wrote them.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export const requestOfRest = (event: APIGatewayProxyEvent): ApiRequest => ({
  method: event.httpMethod,
  path: `/${routedPartsOf(event, event.path).map(decoded).join("/")}`,
  headers: lowerCased(joined(event.multiValueHeaders, event.headers)),
  query: joined(event.multiValueQueryStringParameters, event.queryStringParameters),
  body: event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString("utf8") : (event.body ?? ""),
});

/** Writes a response in payload format 1.0. */
export const resultOfRest = (
  event: APIGatewayProxyEvent,
  { status, headers = {}, body }: ApiResponse,
): APIGatewayProxyResult => ({
  statusCode: status,
  headers: {
    "content-type": "application/json",
    ...headers,
    ...(headers.location && { location: `${prefixOf(event)}${headers.location}` }),
  },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

/**
 * Returns the parts of a path that the API routed by, which are its last: a domain of one's own may put others before
 * them, and the address that AWS gives puts the stage there.
 */
const routedPartsOf = ({ resource, pathParameters }: APIGatewayProxyEvent, path: string): readonly string[] => {
  const count = partsOf(resource.replace("{proxy+}", pathParameters?.proxy ?? "")).length;
  return count === 0 ? [] : partsOf(path).slice(-count);
};

/** What a client writes before a path of the API: `/live` at the address that AWS gives, nothing at a domain of one's own. */
const prefixOf = (event: APIGatewayProxyEvent): string => {
  const { path } = event.requestContext;
  const before = partsOf(path).slice(0, partsOf(path).length - routedPartsOf(event, path).length);
  return before.map((part) => `/${part}`).join("");
};

const partsOf = (path: string): readonly string[] => path.split("/").filter((part) => part !== "");

/** A slash that was encoded is no end of a part. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part).replaceAll("/", "%2F");
  } catch {
    return part;
  }
};

type Values = Readonly<Record<string, readonly string[] | undefined>> | null;
type LastValues = Readonly<Record<string, string | undefined>> | null;

/** As an HTTP API does it: several values of one name in one text. */
const joined = (all: Values | undefined, last: LastValues | undefined): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(all ?? last ?? {}).map(([name, value]) => [name, typeof value === "string" ? value : value?.join()]),
  );

const lowerCased = (headers: Readonly<Record<string, string | undefined>>): ApiRequest["headers"] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
