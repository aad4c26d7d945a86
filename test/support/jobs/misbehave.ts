import * as z from "zod";
import type { Run } from "../../../lib/core/job-type.ts";
import { Permanent, Throttled } from "../../../lib/core/outcome.ts";

export const input = z.strictObject({ how: z.enum(["succeed", "transient", "permanent", "throttled", "crash"]) });

export const retry = { attempts: 3, baseSeconds: 0 };

/** Ends as it is told; `throttled` and `crash` only at the first claim. */
export const run: Run<typeof input> = async ({ how }, job) => {
  if (how === "transient") throw new Error("no answer");
  if (how === "permanent") throw new Permanent("no such account");
  if (how === "throttled" && !seen.has(job.id)) {
    seen.add(job.id);
    throw new Throttled({ retryAfterSeconds: 1 });
  }
  if (how === "crash" && job.attempt === 1) process.exit(1);
  return { how, attempt: job.attempt };
};

const seen = new Set<string>();
