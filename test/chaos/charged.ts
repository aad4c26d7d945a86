import type { JobRecord } from "../../lib/core/job.ts";
import type { Effect } from "./ledger.ts";

const isThrottle = ({ status }: Effect): boolean => status === 429 || status === 503;

/**
 * Returns the most attempts that can have been charged to a job, from what its receiver saw and what its history notes.
 *
 * Each delivery that was not throttled may be a charged attempt. So may each attempt that never came to a delivery: it
 * was lost, or its time ran out before, and the history says so. A delivery whose attempt was also noted counts twice
 * here, so this is a bound, and exact for a job that met nothing but throttles: 1.
 */
export const chargedAtMost = ({ history }: JobRecord, effects: readonly Effect[]): number => {
  const delivered = effects.filter((effect) => !isThrottle(effect)).length;
  const unseen = history.filter(({ ended, error }) => ended === "lost" || error.code === "JobTimedOut").length;
  return delivered + unseen;
};
