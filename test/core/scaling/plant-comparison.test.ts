import { describe, expect, it } from "vitest";
import { hardCap } from "./plant-cases.ts";
import { comparePlant } from "./plant-comparison.ts";
import { fixed, keda, policy } from "./plant-controllers.ts";

const WAYS = {
  Sluice: { controller: policy },
  "fixed 3": { controller: fixed(3) },
  "fixed 5": { controller: fixed(5) },
  "fixed 8": { controller: fixed(8) },
  KEDA: { controller: keda, everyMs: 15_000 },
};

describe("the comparison", () => {
  it("has a row for every way, and shows that only a limit near the capacity wastes little and does much", () => {
    const plant = { ...hardCap(5), lengthMs: 300_000 };
    const rows = comparePlant([1], { small: plant }, WAYS);
    const of = (controller: string) => rows.find((row) => row.controller === controller);

    expect(rows.map(({ controller }) => controller)).toEqual(Object.keys(WAYS));
    expect(of("fixed 3")?.done).toBeLessThan((of("fixed 5")?.done ?? 0) * 0.7);
    expect(of("fixed 8")?.settledWasted).toBeGreaterThan(0.3);
    expect(of("KEDA")?.settledWasted).toBeGreaterThan(0.3);
    expect(of("Sluice")?.settledWasted).toBeLessThan(0.05);
    expect(of("Sluice")?.done).toBeGreaterThan((of("fixed 5")?.done ?? 0) * 0.9);
  });
});
