import { parseJobId } from "../../lib/core/job-id.ts";
import type { Api } from "./api.ts";
import { ProblemError } from "./http.ts";

/** What an id tells of its job. */
export type FoundJob = { readonly id: string; readonly type: string; readonly submittedAtMs: number | undefined };

/** Reads an id that this stage issued. @throws ProblemError `no-such-job` */
export const findJob = (api: Pick<Api, "queues" | "salt">, id: string): FoundJob => {
  const parsed = parseJobId(api.salt, id);
  if (parsed !== undefined && Object.hasOwn(api.queues, parsed.type)) return { id, ...parsed };
  throw new ProblemError("no-such-job", `no job has the id ${JSON.stringify(id)} in this stage`);
};
