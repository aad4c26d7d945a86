import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
} from "aws-lambda";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { requestOf, resultOf } from "./http-api-event.ts";
import { requestOfRest, resultOfRest } from "./rest-api-event.ts";

/** What API Gateway hands over: an HTTP API in payload format 2.0, a REST API in 1.0. */
export type ApiEvent = APIGatewayProxyEventV2 | APIGatewayProxyEvent;
export type ApiResult = APIGatewayProxyStructuredResultV2 | APIGatewayProxyResult;

/** Answers an event in the format that it came in. */
export const answerEvent = async (
  event: ApiEvent,
  answer: (request: ApiRequest) => Promise<ApiResponse>,
): Promise<ApiResult> =>
  isHttpApiEvent(event)
    ? resultOf(await answer(requestOf(event)))
    : resultOfRest(event, await answer(requestOfRest(event)));

/** A REST API's events name no version. */
const isHttpApiEvent = (event: ApiEvent): event is APIGatewayProxyEventV2 =>
  "version" in event && event.version === "2.0";
