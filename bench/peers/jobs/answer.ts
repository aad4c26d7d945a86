import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Run } from "../../../lib/core/job-type.ts";

export type Input = { readonly ms: number };

/** Written out, so that no schema library is in either worker's figures. */
export const input: StandardSchemaV1<Input> = {
  "~standard": {
    version: 1,
    vendor: "bench",
    validate: (value) => {
      const isInput = typeof value === "object" && value !== null && "ms" in value && typeof value.ms === "number";
      return isInput ? { value: { ms: Number(value.ms) } } : { issues: [{ message: "ms must be a number" }] };
    },
  },
};

/** Waits as long as it is told, if at all, and returns something to keep. */
export const answer = async ({ ms }: Input): Promise<{ readonly ok: boolean }> => {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  return { ok: true };
};

export const run: Run<typeof input> = answer;
