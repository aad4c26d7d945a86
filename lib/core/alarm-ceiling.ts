import { ESM_INVOCATIONS_PER_POLLER } from "./limits.ts";
import type { ParsedJobType } from "./settings.ts";

/** What a standard mapping reaches by itself. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const STANDARD_CEILING = 1_250;

/** Returns the most invocations that a job type's mapping may run at once while nothing limits it further. */
export const ceilingOf = ({ maxConcurrency, provisioned }: ParsedJobType): number =>
  maxConcurrency ?? (provisioned === undefined ? STANDARD_CEILING : provisioned.max * ESM_INVOCATIONS_PER_POLLER);
