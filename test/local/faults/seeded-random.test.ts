import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../lib/local/faults/seeded-random.ts";

const take = (random: () => number, count: number): readonly number[] => Array.from({ length: count }, random);

describe("seeded random numbers", () => {
  it("are the same for the same seed, and others for another", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const numbers = take(seededRandom(seed), 20);

        expect(take(seededRandom(seed), 20)).toEqual(numbers);
        expect(take(seededRandom(seed + 1), 20)).not.toEqual(numbers);
      }),
    );
  });

  it("are spread evenly from 0 to 1", () => {
    const numbers = take(seededRandom(7), 100_000);

    const tenths = Array.from({ length: 10 }, (_, tenth) => numbers.filter((n) => Math.floor(n * 10) === tenth).length);
    expect(Math.min(...tenths)).toBeGreaterThan(9_600);
    expect(Math.max(...tenths)).toBeLessThan(10_400);
  });
});
