import { readApiEnvironment } from "../../lib/core/environment.ts";
import { type ApiEvent, type ApiResult, answerEvent } from "./answer-event.ts";
import type { Api } from "./api.ts";
import { awsApi } from "./aws-api.ts";
import { handleRequest } from "./handle-request.ts";

/** Makes the Lambda handler of the API, for the inputs that the stage's job types take. */
export const serveApi = (inputs: Api["inputs"]): ((event: ApiEvent) => Promise<ApiResult>) => {
  const api = awsApi(readApiEnvironment(process.env), inputs);
  return (event) => answerEvent(event, (request) => handleRequest(api, request));
};
