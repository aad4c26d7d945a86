import type { Made } from "./made.ts";
import type { SuiteApi } from "./suite-api.ts";
import type { Target } from "./target.ts";

/** What a case works with. */
export type CaseContext = {
  readonly target: Target;
  readonly api: SuiteApi;
  /** On whose behalf all jobs of this suite's run are. */
  readonly tenant: string;
  readonly made: Made;
  /** Ends when the case's time is over, or the suite is interrupted. */
  readonly signal: AbortSignal;
};

/** Plays one case: throws if the target does otherwise than expected; may return a remark. */
export type PlayCase = (context: CaseContext) => Promise<string | undefined>;
