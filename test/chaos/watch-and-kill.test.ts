import fc from "fast-check";
import { expect, it } from "vitest";
import { killMoments } from "./watch-and-kill.ts";

it("kills the process at moments that are spread over the campaign, the same for the same seed", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 100_000 }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(),
      (jobs, kills, seed) => {
        const moments = killMoments(jobs, kills, seed);

        expect(moments).toEqual(killMoments(jobs, kills, seed));
        expect(moments).toEqual(moments.toSorted((one, other) => one - other));
        expect(moments[0]).toBeGreaterThan(0);
        expect(moments.at(-1)).toBeLessThan(jobs * 0.9);
      },
    ),
  );
});
