import type { Api } from "./api.ts";
import { type ApiRequest, type ApiResponse, ProblemError } from "./http.ts";
import { jobView } from "./job-view.ts";
import { unknownType } from "./submission.ts";

const PARAMETERS = ["status", "type", "limit", "cursor"];
const LIMIT = { least: 1, most: 200, usual: 50 } as const;

/** `GET /jobs?status=dead`: dead jobs, newest first, a page at a time. */
export const listJobs = async (api: Api, { query }: ApiRequest): Promise<ApiResponse> => {
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw malformed(`${unknown} is unknown; the parameters are ${PARAMETERS.join(", ")}`);
  if (query.status !== "dead") throw malformed(`status must be dead, got ${JSON.stringify(query.status ?? null)}`);
  const { type } = query;
  if (type !== undefined && api.inputs[type] === undefined) {
    throw new ProblemError("unknown-job-type", unknownType(api, type));
  }
  const limit = Number(query.limit ?? LIMIT.usual);
  if (!Number.isInteger(limit) || limit < LIMIT.least || limit > LIMIT.most) {
    throw malformed(`limit must be a whole number from ${LIMIT.least} to ${LIMIT.most}, got ${query.limit}`);
  }
  const types = type === undefined ? Object.keys(api.inputs) : [type];
  const page = await api.records.listDead(types, limit, query.cursor);
  return { status: 200, body: { jobs: page.jobs.map(jobView), cursor: page.next } };
};

const malformed = (detail: string): ProblemError => new ProblemError("malformed-request", detail);
