import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { ApiRequest, ApiResponse } from "./http.ts";

/** Reads an HTTP API's event, payload format 2.0. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
export const requestOf = (event: APIGatewayProxyEventV2): ApiRequest => ({
  method: event.requestContext.http.method,
  path: event.rawPath,
  headers: event.headers,
  query: event.queryStringParameters ?? {},
  body: event.isBase64Encoded ? Buffer.from(event.body ?? "", "base64").toString("utf8") : (event.body ?? ""),
});

/** Writes a response in payload format 2.0. */
export const resultOf = ({ status, headers, body }: ApiResponse): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
