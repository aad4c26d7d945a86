import type { CaseContext, PlayCase } from "./case.ts";
import { type CaseName, EXPECTATIONS, expectationOf } from "./expectations.ts";
import type { Made } from "./made.ts";
import { suiteApi } from "./suite-api.ts";
import type { Target } from "./target.ts";

/** Something to play: a case, or what comes before and after all cases. */
export type Part = {
  readonly name: string;
  /** What the stage does, in the present tense. */
  readonly does: string;
  readonly limitMs: number;
};

/** How a part went. */
export type PartEnd = Pick<Part, "name" | "does"> & { readonly ms: number } & (
    | { readonly kind: "passed"; readonly remark?: string | undefined }
    | { readonly kind: "failed"; readonly why: string }
    | { readonly kind: "not expected"; readonly because: string }
  );

export type Suite = {
  readonly target: Target;
  readonly names: readonly CaseName[];
  readonly cases: Readonly<Partial<Record<CaseName, PlayCase>>>;
  readonly tenant: string;
  readonly made: Made;
  /** Ends the suite. */
  readonly signal: AbortSignal;
  readonly limitMsOf: (name: CaseName) => number;
  readonly onStart: (part: Part) => void;
  readonly onEnd: (end: PartEnd) => void;
};

/** Plays the cases one after the other; a failed one keeps no other from being played. */
export const playSuite = async (suite: Suite): Promise<readonly PartEnd[]> => {
  const ends: PartEnd[] = [];
  for (const name of suite.names) {
    const { does } = EXPECTATIONS[name];
    const expectation = expectationOf(name, suite.target.name);
    if (expectation.isExpected) {
      ends.push(
        ...(await playPart(suite, { name, does, limitMs: suite.limitMsOf(name) }, suite.cases[name] ?? nothing)),
      );
    } else if (!suite.signal.aborted) {
      const end = { name, does, ms: 0, kind: "not expected", because: expectation.because } as const;
      ends.push(end);
      suite.onEnd(end);
    }
  }
  return ends;
};

const nothing: PlayCase = async () => {
  throw new Error("it is expected, but nothing plays it");
};

/** Plays one part; an interrupted one has no end. */
export const playPart = async (
  { target, tenant, made, onStart, onEnd, ...suite }: Omit<Suite, "names" | "cases" | "limitMsOf">,
  part: Part,
  play: PlayCase,
): Promise<readonly PartEnd[]> => {
  if (suite.signal.aborted) return [];
  onStart(part);
  const { name, does, limitMs } = part;
  const startedMs = performance.now();
  const signal = AbortSignal.any([suite.signal, AbortSignal.timeout(limitMs)]);
  const context: CaseContext = { target, tenant, made, signal, api: suiteApi(target, made, tenant, signal) };
  const how = await play(context).then(
    (remark) => ({ kind: "passed", remark }) as const,
    (error: unknown) => ({ kind: "failed", why: error instanceof Error ? error.message : String(error) }) as const,
  );
  if (suite.signal.aborted) return [];
  const end = { name, does, ms: performance.now() - startedMs, ...how };
  onEnd(end);
  return [end];
};
