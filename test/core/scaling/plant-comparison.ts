import { runPlant } from "./plant.ts";
import {
  CONGESTION,
  FLASH,
  hardCap,
  LONG_JOBS,
  median,
  movingCap,
  outage,
  type PlantCase,
  quantile,
} from "./plant-cases.ts";
import { fixed, KEDA_EVERY_MS, keda, policy } from "./plant-controllers.ts";
import type { Controller, PlantResult } from "./plant-parts.ts";

/** One way to run a queue, over all seeds of a case: medians, and the worst of the wasted shares. */
export type PlantRow = {
  readonly plant: string;
  readonly controller: string;
  /** Jobs that succeeded in the run. */
  readonly done: number;
  readonly waitP95Seconds: number;
  /** Refused attempts as a share of all, from the beginning. */
  readonly wasted: number;
  readonly worstWasted: number;
  /** The same from two minutes on, when a first limit may be expected. */
  readonly settledWasted: number;
  readonly dead: number;
  readonly changes: number;
};

type Way = { readonly controller: Controller; readonly everyMs?: number };

const SETTLED_SECONDS = 120;

/** Cases whose hidden capacity, where there is one, is 20 jobs at once. */
export const COMPARED_CASES: Readonly<Record<string, PlantCase>> = {
  "flash crowd, no limit": FLASH,
  "hidden capacity 20": hardCap(20),
  "hidden capacity 20, 10 and 20": movingCap(20),
  "out for two minutes, probe": outage({ hasProbe: true, outage: "refuses" }),
  "out for two minutes, no probe": outage({ hasProbe: false, outage: "refuses" }),
  "hangs for two minutes, probe": outage({ hasProbe: true, outage: "hangs" }),
  "jobs of 30 s, hidden capacity 20": LONG_JOBS,
  "congestion above 20": CONGESTION,
};

export const COMPARED_WAYS: Readonly<Record<string, Way>> = {
  Sluice: { controller: policy },
  "no limit": { controller: fixed(undefined) },
  "fixed 15": { controller: fixed(15) },
  "fixed 20": { controller: fixed(20) },
  "fixed 30": { controller: fixed(30) },
  KEDA: { controller: keda, everyMs: KEDA_EVERY_MS },
};

/** Runs every case every way with the same seeds, and returns a row for each. */
export const comparePlant = (
  seeds: readonly number[],
  cases: Readonly<Record<string, PlantCase>> = COMPARED_CASES,
  ways: Readonly<Record<string, Way>> = COMPARED_WAYS,
): readonly PlantRow[] =>
  Object.entries(cases).flatMap(([plant, options]) =>
    Object.entries(ways).map(([controller, way]) => {
      const results = seeds.flatMap((seed) => Object.values(runPlant({ ...options, ...way, seed })));
      return { plant, controller, ...summary(results) };
    }),
  );

const summary = (results: readonly PlantResult[]): Omit<PlantRow, "plant" | "controller"> => {
  const wasted = results.map((result) => wastedFrom(result, 0));
  return {
    done: median(results.map(({ done }) => total(done))),
    waitP95Seconds: median(results.map(({ waitsMs }) => quantile(waitsMs, 0.95) / 1_000)),
    wasted: median(wasted),
    worstWasted: Math.max(...wasted),
    settledWasted: median(results.map((result) => wastedFrom(result, SETTLED_SECONDS))),
    dead: Math.max(...results.map(({ dead }) => dead)),
    changes: median(results.map(({ changes }) => changes.length)),
  };
};

const wastedFrom = ({ done, refused }: PlantResult, second: number): number => {
  const wasted = total(refused.slice(second));
  return wasted === 0 ? 0 : wasted / (wasted + total(done.slice(second)));
};

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
