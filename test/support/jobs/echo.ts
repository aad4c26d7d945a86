import * as z from "zod";
import type { Run } from "../../../lib/core/job-type.ts";
import { Permanent } from "../../../lib/core/outcome.ts";

export const input = z.strictObject({ text: z.string(), failsBefore: z.number().optional() });

const runs = new Map<string, number>();

/** Brings its text back; so many runs of a job fail before. */
export const run: Run<typeof input> = async ({ text, failsBefore = 0 }, { id }) => {
  const before = runs.get(id) ?? 0;
  runs.set(id, before + 1);
  if (before < failsBefore) throw new Permanent("not yet");
  return { text };
};
