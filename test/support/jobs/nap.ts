import * as z from "zod";
import type { Run } from "../../../lib/core/job-type.ts";

export const input = z.strictObject({ ms: z.number().min(0).max(60_000) });

/** Waits, and does nothing else. */
export const run: Run<typeof input> = async ({ ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
};
