import { ESM_INVOCATIONS_PER_POLLER, ESM_STANDARD_CEILING } from "./limits.ts";
import type { ParsedJobType } from "./settings.ts";

/** Returns the most invocations that a job type's mapping may run at once while nothing limits it further. */
export const ceilingOf = ({ maxConcurrency, provisioned }: ParsedJobType): number =>
  maxConcurrency ?? (provisioned === undefined ? ESM_STANDARD_CEILING : provisioned.max * ESM_INVOCATIONS_PER_POLLER);
