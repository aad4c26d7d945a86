import { describe, expect, it } from "vitest";
import { runPlant } from "./plant.ts";
import {
  aroundSeconds,
  BELOW_CAP,
  doneIn,
  FLASH,
  GRUMBLING,
  hardCap,
  LONG_JOBS,
  MOVES,
  median,
  movingCap,
  OUTAGE,
  OVERRUN,
  outage,
  type PlantCase,
  poison,
  quantile,
  SECOND_BURST,
  TWO_QUEUES,
  wastedIn,
} from "./plant-cases.ts";
import { fixed, policy } from "./plant-controllers.ts";
import { type Violations, watched } from "./plant-invariants.ts";
import type { PlantChange, PlantOptions, PlantResult } from "./plant-parts.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const;
const SECOND_MS = 1_000;
/** By then the first limit is found and has taken effect. */
const SETTLED_MS = 120 * SECOND_MS;

type One = PlantResult & { readonly violations: Violations };

const run = (plant: PlantCase, seed: number, more: Partial<PlantOptions> = {}): One => {
  const violations: Violations = [];
  const { q } = runPlant({ ...plant, seed, controller: watched(policy, violations), ...more });
  if (q === undefined) throw new Error("the case has no queue named q");
  return { ...q, violations };
};

const runFixed = (plant: PlantCase, seed: number, limit: number | undefined): PlantResult => {
  const { q } = runPlant({ ...plant, seed, controller: fixed(limit) });
  if (q === undefined) throw new Error("the case has no queue named q");
  return q;
};

const each = (plant: PlantCase, more: Partial<PlantOptions> = {}): readonly One[] =>
  SEEDS.map((seed) => run(plant, seed, more));

const violationsOf = (runs: readonly One[]): readonly string[] => runs.flatMap(({ violations }) => violations);

describe("with no reason to limit", () => {
  it.each([
    { of: "a flash crowd", plant: FLASH },
    { of: "1 % poison", plant: poison(0.01) },
    { of: "5 % poison", plant: poison(0.05) },
    { of: "a hidden capacity above the arrivals", plant: BELOW_CAP },
    { of: "a downstream that refuses one call in a hundred", plant: GRUMBLING },
  ])("changes nothing under $of", ({ plant }) => {
    const runs = each(plant);

    expect(runs.flatMap(({ changes }) => changes)).toEqual([]);
    expect(violationsOf(runs)).toEqual([]);
    const [own, plain] = [run(plant, 1).waitsMs, runFixed(plant, 1, undefined).waitsMs];
    // Refusals wake the scaler, which draws from the dice: then the waits are alike, and not the same.
    if (plant !== GRUMBLING) expect(own).toEqual(plain);
    for (const share of [0.5, 0.95]) expect(quantile(own, share)).toBeCloseTo(quantile(plain, share), -2);
  });
});

describe("with a hidden capacity of 20 jobs at once", () => {
  it.each([
    { of: "one job an invocation", plant: hardCap(20), right: 20 },
    { of: "ten jobs an invocation, five at once", plant: hardCap(20, 1, { parallel: 5, batchSize: 10 }), right: 4 },
  ])("does with $of what the right fixed limit does, and wastes little", ({ plant, right }) => {
    const runs = each(plant);
    const shares = runs.map(
      (found, index) => doneIn(found, SETTLED_MS) / doneIn(runFixed(plant, SEEDS[index] ?? 0, right), SETTLED_MS),
    );
    const wasted = runs.map((found) => wastedIn(found, SETTLED_MS));

    expect(Math.min(...shares)).toBeGreaterThan(0.95);
    expect(median(wasted)).toBeLessThan(0.02);
    expect(Math.max(...wasted)).toBeLessThan(0.03);
    expect(runs.map(({ dead }) => dead)).toEqual(SEEDS.map(() => 0));
    expect(violationsOf(runs)).toEqual([]);
  });

  it("follows within two minutes when the capacity halves, and once it tries again when it doubles", () => {
    const runs = each(movingCap(20));
    const rate = (found: PlantResult, fromMs: number): number => doneIn(found, fromMs, fromMs + 60_000) / 60;

    for (const found of runs) {
      expect(rate(found, MOVES.halvesMs + 120_000)).toBeGreaterThan(9);
      expect(wastedIn(found, MOVES.halvesMs + 120_000, MOVES.doublesMs)).toBeLessThan(0.08);
      // A quarter of an hour is the longest that it waits between tries.
      expect(rate(found, MOVES.doublesMs + 1_200_000)).toBeGreaterThan(17.5);
    }
    expect(median(runs.map((found) => rate(found, MOVES.doublesMs + 600_000)))).toBeGreaterThan(17.5);
    expect(median(runs.map((found) => wastedIn(found, MOVES.halvesMs + 120_000, MOVES.doublesMs)))).toBeLessThan(0.03);
    expect(violationsOf(runs)).toEqual([]);
  });

  it("soon finds more than the downstream bore while it was overrun", () => {
    const runs = each(OVERRUN);
    const shares = runs.map((found, index) => doneIn(found, 0) / doneIn(runFixed(OVERRUN, SEEDS[index] ?? 0, 20), 0));
    const settled = runs.map(
      (found, index) => doneIn(found, SETTLED_MS) / doneIn(runFixed(OVERRUN, SEEDS[index] ?? 0, 20), SETTLED_MS),
    );

    expect(Math.min(...shares)).toBeGreaterThan(0.85);
    expect(Math.min(...settled)).toBeGreaterThan(0.92);
    expect(violationsOf(runs)).toEqual([]);
  });

  it("does not take a limit for too low while the mapping still grows into it", () => {
    for (const seed of [1, 2, 3]) {
      const found = run(SECOND_BURST.plant, seed);
      const before = found.changes.filter(({ atMs }) => atMs < SECOND_BURST.againMs).at(-1)?.limit ?? 1_000;
      const growing = found.changes.filter(
        ({ atMs }) => atMs >= SECOND_BURST.againMs && atMs < SECOND_BURST.againMs + 60 * SECOND_MS,
      );

      expect(before).toBeLessThan(400);
      expect(growing).toEqual([]);
      expect(wastedIn(found, SECOND_BURST.againMs)).toBeLessThan(0.05);
      expect({ left: found.left, dead: found.dead }).toEqual({ left: 0, dead: 0 });
    }
  });

  it("never passes the stage's ceiling, and stays below it while the capacity is", () => {
    const found = run(hardCap(20, 1, { ceiling: 30 }), 3);

    expect(found.violations).toEqual([]);
    expect(doneIn(found, SETTLED_MS)).toBeGreaterThan(14_500);
  });

  it("comes to the same when the scaler crashes in one tick of five", () => {
    const runs = SEEDS.slice(0, 2).map((seed) => run(hardCap(20), seed, { crashes: 0.2 }));

    for (const found of runs) {
      expect(doneIn(found, 2 * SETTLED_MS)).toBeGreaterThan(12_000);
      expect(wastedIn(found, 2 * SETTLED_MS)).toBeLessThan(0.06);
    }
  });
});

describe("with a downstream that is out for two minutes", () => {
  it.each([
    { hasProbe: true, resumedSeconds: 60, doneSeconds: 130 },
    { hasProbe: false, resumedSeconds: 65, doneSeconds: 130 },
  ])(
    "pauses within 20 s and returns to the limit from before (probe: $hasProbe)",
    ({ hasProbe, resumedSeconds, doneSeconds }) => {
      const runs = each(outage({ hasProbe, outage: "refuses" }));

      for (const found of runs) {
        const paused = found.changes.find(({ isEnabled }) => !isEnabled);
        const resumed = found.changes.at(-1);

        expect(((paused?.atMs ?? 0) - OUTAGE.fromMs) / SECOND_MS).toBeLessThanOrEqual(20);
        expect(resumed).toMatchObject({ limit: undefined, isEnabled: true });
        expect(((resumed?.atMs ?? 0) - OUTAGE.toMs) / SECOND_MS).toBeLessThan(resumedSeconds);
        // Jobs arrive for 100 s after the outage.
        expect((found.lastDoneMs - OUTAGE.toMs) / SECOND_MS).toBeLessThan(doneSeconds);
        expect({ left: found.left, dead: found.dead }).toEqual({ left: 0, dead: 0 });
        expect(quantile(found.timedOut, 1)).toBe(0);
      }
      expect(violationsOf(runs)).toEqual([]);
    },
  );

  it.each([true, false])("pauses and returns also where calls hang until their time is out (probe: %s)", (hasProbe) => {
    const runs = each(outage({ hasProbe, outage: "hangs" }));

    for (const found of runs) {
      const paused = found.changes.find(({ isEnabled }) => !isEnabled);

      expect(((paused?.atMs ?? 0) - OUTAGE.fromMs) / SECOND_MS).toBeLessThan(120);
      expect(found.changes.at(-1)).toMatchObject({ limit: undefined, isEnabled: true });
      expect({ left: found.left, dead: found.dead }).toEqual({ left: 0, dead: 0 });
    }
    expect(violationsOf(runs)).toEqual([]);
  });

  it("returns to a limit that was found before the outage", () => {
    const capped = hardCap(20).queues.q;
    if (capped === undefined) throw new Error("the case has no queue named q");
    const outages = [{ fromMs: 400_000, toMs: 520_000 }];
    const plant = {
      ...hardCap(20),
      queues: { q: { ...capped, hasProbe: true, receiver: { ...capped.receiver, outages } } },
    };
    const found = run(plant, 4);
    const resumed = found.changes.find(({ atMs, limit }) => atMs > 520_000 && limit !== 2);

    expect(resumed?.limit).toBeGreaterThanOrEqual(19);
    expect(resumed?.limit).toBeLessThanOrEqual(20);
  });
});

describe("with jobs of 30 s", () => {
  it("finds the capacity without oscillation, and holds it for half an hour and longer", () => {
    const runs = each(LONG_JOBS);

    for (const found of runs) {
      // A try above the capacity and the way back are two changes, each quarter of an hour at most.
      const late = found.changes.filter(({ atMs }) => atMs > 900 * SECOND_MS);

      const isRise = ({ limit }: PlantChange, at: number): boolean =>
        (limit ?? 0) > (found.changes[at - 1]?.limit ?? 1_000);
      const hasty = found.changes.filter(
        (change, at) => isRise(change, at) && change.atMs - (found.changes[at - 1]?.atMs ?? 0) < 30 * SECOND_MS,
      );

      expect(hasty).toEqual([]);
      expect(late.length).toBeLessThanOrEqual(6);
      expect(Math.max(...late.map(({ limit }) => limit ?? 1_000), 20)).toBeLessThanOrEqual(23);
      expect(found.changes.every(({ isEnabled }) => isEnabled)).toBe(true);
      expect(found.dead).toBe(0);
    }
    const right = SEEDS.slice(0, 3).map((seed) => doneIn(runFixed(LONG_JOBS, seed, 20), 0));

    expect(Math.min(...runs.map((found) => doneIn(found, 0))) / median(right)).toBeGreaterThan(0.93);
    expect(violationsOf(runs)).toEqual([]);
  });
});

describe("with two queues in an account of ten", () => {
  it("lets neither starve, and leaves room for the api", () => {
    for (const seed of SEEDS) {
      const { large, small } = runPlant({ ...TWO_QUEUES, seed, controller: policy });
      if (large === undefined || small === undefined) throw new Error("the case has two queues");
      const plain = runPlant({ ...TWO_QUEUES, seed, controller: fixed(undefined) });

      expect(doneIn(large, SETTLED_MS, 2 * SETTLED_MS)).toBeGreaterThan(doneIn(small, SETTLED_MS, 2 * SETTLED_MS));
      expect(small.left).toBeLessThan(15);
      expect(plain.small?.left).toBeGreaterThan(150);
      // What there is of throttles comes from before the first look.
      expect(large.accountThrottles).toBeLessThan((plain.large?.accountThrottles ?? 0) / 5);
    }
  });
});

describe("the plant", () => {
  it("gives the same result for the same seed, and another for another", () => {
    const twice = [run(hardCap(5), 1), run(hardCap(5), 1)];

    expect(twice[0]).toEqual(twice[1]);
    expect(run(hardCap(5), 2).waitsMs).not.toEqual(twice[0]?.waitsMs);
  });

  it("accepts as many calls at once as the receiver's capacity, and refuses the rest", () => {
    const found = runFixed(hardCap(5), 1, 10);

    expect(doneIn(found, 60_000, 660_000) / 600).toBeCloseTo(5, 0);
    expect(wastedIn(found, 60_000, 660_000)).toBeGreaterThan(0.3);
    expect(aroundSeconds(2)(() => 0.5)).toBe(2_000);
  });
});
