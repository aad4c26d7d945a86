import { parseJobId } from "../../lib/core/job-id.ts";
import type { Api } from "./api.ts";
import { type ApiResponse, ProblemError } from "./http.ts";
import { type JobView, jobView } from "./job-view.ts";

/** `GET /jobs/{id}`: an id that this stage issued and that has no record yet is a job that no worker has met: `queued`. */
export const getJob = async (api: Api, id: string): Promise<ApiResponse> => {
  const parsed = parseJobId(api.salt, id);
  if (parsed === undefined || api.inputs[parsed.type] === undefined) {
    throw new ProblemError("no-such-job", `no job has the id ${JSON.stringify(id)} in this stage`);
  }
  const record = await api.records.read(id, { isConsistent: true });
  if (record !== undefined) return { status: 200, body: jobView(record) };
  const { type, submittedAtMs } = parsed;
  const submittedAt = submittedAtMs === undefined ? undefined : new Date(submittedAtMs).toISOString();
  const queued: JobView = { id, type, status: "queued", attempts: 0, submittedAt };
  return { status: 200, body: queued };
};
