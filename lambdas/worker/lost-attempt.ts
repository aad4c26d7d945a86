import type { AttemptNote } from "../../lib/core/job.ts";
import { jobError } from "../../lib/core/outcome.ts";

const LOST = jobError(
  "AttemptLost",
  "the environment ended before the attempt did: a crash, no memory, or the time-out",
);

/** Notes an attempt that never said how it ended. */
export const lostNote = (attempt: number, startedAt: string): AttemptNote => ({
  attempt,
  at: startedAt,
  ended: "lost",
  error: LOST,
});
