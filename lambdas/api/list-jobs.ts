import type { Api } from "./api.ts";
import { isDeadCursor } from "./dead-cursor.ts";
import { findQueue } from "./find-queue.ts";
import { type ApiRequest, type ApiResponse, ProblemError } from "./http.ts";
import { jobView } from "./job-view.ts";
import { limitOf, refuseUnknownParameters } from "./query-parameters.ts";

const PARAMETERS = ["status", "type", "limit", "cursor"];

/** `GET /jobs?status=dead`: dead jobs, newest first, a page at a time. */
export const listJobs = async (api: Api, { query }: ApiRequest): Promise<ApiResponse> => {
  refuseUnknownParameters(query, PARAMETERS);
  const { status, type, cursor } = query;
  if (status !== "dead") throw malformed(`status must be dead, got ${JSON.stringify(status ?? null)}`);
  if (type !== undefined) findQueue(api, type);
  if (cursor !== undefined && !isDeadCursor(cursor)) {
    throw malformed(`cursor must be the cursor of an earlier answer, percent-encoded, got ${JSON.stringify(cursor)}`);
  }
  const types = type === undefined ? Object.keys(api.queues) : [type];
  const page = await api.records.listDead({ types, limit: limitOf(query, { most: 200, usual: 50 }), cursor });
  return { status: 200, body: { jobs: page.jobs.map(jobView), cursor: page.next } };
};

const malformed = (detail: string): ProblemError => new ProblemError("malformed-request", detail);
