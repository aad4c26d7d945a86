import { type JobError, jobError } from "../../lib/core/outcome.ts";

export const APART_START_FAILED = "ApartStartFailed";

/** An attempt that never began, because of its thread. @param why How that went */
export const startFailed = (why: string): JobError =>
  jobError(APART_START_FAILED, `the thread that should run the job alone did not start (${why})`);
