import { describeError } from "../../lib/core/outcome.ts";
import { matchRoute, type Route } from "../../lib/core/routes.ts";
import type { Api } from "./api.ts";
import { cancelJob } from "./cancel-job.ts";
import { limitQueue, pauseQueue, resumeQueue } from "./control-queue.ts";
import { describeApi } from "./describe-api.ts";
import { getJob } from "./get-job.ts";
import { type ApiRequest, type ApiResponse, ProblemError, problemResponse } from "./http.ts";
import { listDeadLetters } from "./list-dead-letters.ts";
import { listJobs } from "./list-jobs.ts";
import { listQueues } from "./list-queues.ts";
import { redriveDeadLetters } from "./redrive-dead-letters.ts";
import { redriveJob } from "./redrive-job.ts";
import { redriveQueue } from "./redrive-queue.ts";
import { submitBatch } from "./submit-batch.ts";
import { submitJob } from "./submit-job.ts";

type Operation = (api: Api, request: ApiRequest, parameters: Readonly<Record<string, string>>) => Promise<ApiResponse>;

const OPERATIONS: Readonly<Record<Route["operationId"], Operation>> = {
  submitJob: (api, request, { type = "" }) => submitJob(api, request, type),
  submitBatch: (api, request, { type = "" }) => submitBatch(api, request, type),
  getJob: (api, _request, { id = "" }) => getJob(api, id),
  listJobs: (api, request) => listJobs(api, request),
  cancelJob: (api, _request, { id = "" }) => cancelJob(api, id),
  redriveJob: (api, _request, { id = "" }) => redriveJob(api, id),
  listQueues: (api) => listQueues(api),
  pauseQueue: (api, _request, { type = "" }) => pauseQueue(api, type),
  limitQueue: (api, request, { type = "" }) => limitQueue(api, request, type),
  resumeQueue: (api, _request, { type = "" }) => resumeQueue(api, type),
  redriveQueue: (api, request, { type = "" }) => redriveQueue(api, request, type),
  listDeadLetters: (api, request, { type = "" }) => listDeadLetters(api, request, type),
  redriveDeadLetters: (api, request, { type = "" }) => redriveDeadLetters(api, request, type),
  getOpenApi: async (api) => describeApi(api),
};

/** Answers a request; whatever goes wrong becomes problem details, and only the log gets to know the cause. */
export const handleRequest = async (api: Api, request: ApiRequest): Promise<ApiResponse> => {
  try {
    return await route(api, request);
  } catch (error) {
    if (error instanceof ProblemError) return problemResponse(error);
    api.log("request.failed", { method: request.method, path: request.path, error: describeError(error) });
    return problemResponse(new ProblemError("internal", "the request could not be worked on; the log says why"));
  }
};

const route = async (api: Api, request: ApiRequest): Promise<ApiResponse> => {
  const match = matchRoute(request.method, request.path);
  if (match.kind === "matched") return await OPERATIONS[match.route.operationId](api, request, match.parameters);
  if (match.kind === "no-such-path") throw new ProblemError("no-such-route", `there is nothing at ${request.path}`);
  const allow = match.allowed.join(", ");
  throw new ProblemError("method-not-allowed", `${request.path} takes ${allow}, not ${request.method}`, undefined, {
    allow,
  });
};
