import * as z from "zod";
import type { Run } from "../../lib/core/job-type.ts";

export const input = z.strictObject({ ms: z.number() });

/** Keeps its environment busy for a while. */
export const run: Run<typeof input> = async ({ ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
};
