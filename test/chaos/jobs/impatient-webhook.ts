import * as z from "zod";
import { run as deliver, input as webhook } from "../../../lambdas/jobs/deliver-webhook.ts";
import type { Run } from "../../../lib/core/job-type.ts";

export const input = z.strictObject({
  ...webhook.shape,
  /** What the attempt does to its environment in place of the delivery. */
  poison: z.enum(["exit", "throw-outside", "eat-memory", "spin"]).optional(),
});

/** The shipped type's ten attempts take up to 43 minutes: who waits for a job to die has not that long. */
export const retry = { attempts: 3, baseSeconds: 1, maxSeconds: 2 };

/** Delivers as the shipped job type does, or ruins its environment. */
export const run: Run<typeof input> = async ({ poison, ...delivery }, job) => {
  if (poison === undefined) return await deliver(delivery, job);
  ruin[poison]();
  await new Promise(() => undefined);
};

const ruin = {
  exit: () => process.exit(1),
  "throw-outside": () => {
    setTimeout(() => {
      throw new Error("thrown outside of the handler's promise");
    }, 5);
  },
  "eat-memory": () => {
    const eaten: number[][] = [];
    for (;;) eaten.push(Array.from({ length: 100_000 }, (_, index) => index));
  },
  spin: () => {
    for (;;);
  },
} as const;
