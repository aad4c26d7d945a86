import { randomBytes } from "node:crypto";
import type { PlayCase } from "./case.ts";
import { CASES, caseLimitMs } from "./cases.ts";
import { type CleanUp, cleanUp } from "./clean-up.ts";
import { checkKept, checkKeptRuns, KEPT_DELAY_SECONDS, type Kept, keep } from "./kept.ts";
import { nothingMade } from "./made.ts";
import { type PartEnd, playPart, playSuite, type Suite } from "./play-suite.ts";
import type { SuiteOptions } from "./suite-options.ts";
import type { Target } from "./target.ts";

/** How a target did. */
export type Trial = { readonly ends: readonly PartEnd[]; readonly ms: number; readonly cleaned: CleanUp };

export type TrialHooks = Pick<Suite, "onStart" | "onEnd" | "signal"> & {
  /** On whose behalf all jobs are, and what has been kept, before the first case. */
  readonly onTenant: (tenant: string) => void;
  readonly onCleanUp: () => void;
};

const LIMIT_MS = 60_000;
const KEPT_LIMIT_MS = (KEPT_DELAY_SECONDS + 120) * 1_000;

/** Plays a target's cases, and takes away what was made, also when it is interrupted. @param kept what an earlier run left, if that is to be checked */
export const tryTarget = async (
  target: Target,
  { names, keeps }: Pick<SuiteOptions, "names" | "keeps">,
  kept: Kept | undefined,
  { onTenant, onCleanUp, ...hooks }: TrialHooks,
): Promise<Trial> => {
  const startedMs = performance.now();
  const made = nothingMade();
  const tenant = `e2e-${randomBytes(4).toString("hex")}`;
  onTenant(tenant);
  const suite = { target, tenant, made, ...hooks };
  const aside = (name: string, does: string, limitMs: number, play: PlayCase): Promise<readonly PartEnd[]> =>
    playPart(suite, { name, does, limitMs }, play);
  const ends: PartEnd[] = [];
  let cleaned: CleanUp;
  try {
    if (kept !== undefined) ends.push(...(await aside("kept", IS_KEPT, LIMIT_MS, checkKept(kept))));
    ends.push(...(await playSuite({ ...suite, names, cases: CASES, limitMsOf: caseLimitMs })));
    if (kept !== undefined) ends.push(...(await aside("kept-runs", RUNS, KEPT_LIMIT_MS, checkKeptRuns(kept))));
    if (keeps) ends.push(...(await aside("keeps", KEEPS, LIMIT_MS, keep())));
  } finally {
    onCleanUp();
    cleaned = await cleanUp(target, made, tenant);
  }
  return { ends, cleaned, ms: performance.now() - startedMs };
};

const IS_KEPT = "still has the finished job's record, and the waiting job's message";
const RUNS = "runs the job that waited, once its delay is over";
const KEEPS = `keeps a finished job and one that waits ${KEPT_DELAY_SECONDS} s: deploy again, then --check-kept`;
