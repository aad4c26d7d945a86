import type { LocalRun } from "../../local/server.ts";
import type { LiveView, Sample } from "./live-view.ts";
import type { Settlements } from "./settlements.ts";

const SAMPLE_EVERY_MS = 250;
/** Without any job done for this long, waiting for the rest is given up. */
const PATIENCE_MS = 45_000;

/** A look at the run, again and again. */
export type Watch = {
  readonly samples: readonly Sample[];
  readonly onAccepted: () => void;
  /** Resolves when so many jobs are settled, when nothing has moved for long, or at the signal. */
  readonly untilDone: (jobs: number, signal: AbortSignal) => Promise<void>;
  readonly stop: () => void;
};

/** Samples a run until stopped. @param functionName Of the worker to look at */
export const watchRun = (run: LocalRun, functionName: string, settlements: Settlements, show: LiveView): Watch => {
  const samples: Sample[] = [];
  const startedMs = performance.now();
  let submitted = 0;
  let movedMs = startedMs;
  let check: () => void = () => undefined;
  const sample = (): void => {
    const mapping = run.observe().find((observed) => observed.functionName === functionName);
    const done = settlements.final.size;
    if (done !== samples.at(-1)?.done) movedMs = performance.now();
    samples.push({
      elapsedMs: performance.now() - startedMs,
      submitted,
      done,
      depth: mapping?.visible ?? 0,
      concurrency: mapping?.running ?? 0,
      allowed: mapping?.allowed ?? 0,
    });
    show(samples);
    check();
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return {
    samples,
    onAccepted: () => {
      submitted += 1;
    },
    untilDone: (jobs, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      check = () => {
        const isStuck = performance.now() - movedMs > PATIENCE_MS;
        if (settlements.final.size >= jobs || isStuck || signal.aborted) resolve();
      };
      check();
      return promise;
    },
    stop: () => clearInterval(timer),
  };
};
