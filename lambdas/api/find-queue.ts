import type { ApiQueue } from "../../lib/core/environment.ts";
import type { Api } from "./api.ts";
import { ProblemError } from "./http.ts";

/** Returns the queue of a job type. @throws ProblemError `unknown-job-type`, which says which types there are */
export const findQueue = (api: Pick<Api, "queues">, type: string): ApiQueue => {
  const queue = Object.hasOwn(api.queues, type) ? api.queues[type] : undefined;
  if (queue !== undefined) return queue;
  const known = Object.keys(api.queues).join(", ");
  throw new ProblemError("unknown-job-type", `there is no job type ${JSON.stringify(type)}; this stage has ${known}`);
};
