import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { readApiEnvironment } from "../../lib/core/environment.ts";
import type { Api } from "./api.ts";
import { awsApi } from "./aws-api.ts";
import { handleRequest } from "./handle-request.ts";
import { requestOf, resultOf } from "./http-api-event.ts";

/** Makes the Lambda handler of the HTTP API, for the inputs that the stage's job types take. */
export const serveApi = (
  inputs: Api["inputs"],
): ((event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>) => {
  const api = awsApi(readApiEnvironment(process.env), inputs);
  return async (event) => resultOf(await handleRequest(api, requestOf(event)));
};
