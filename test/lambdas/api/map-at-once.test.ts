import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapAtOnce } from "../../../lambdas/api/map-at-once.ts";

describe("mapping by calls at once", () => {
  it("keeps the order, whatever call ends first, and never has more under way than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10 }), fc.array(fc.nat(3)), async (most, items) => {
        let [running, peak] = [0, 0];

        const results = await mapAtOnce(most, items, async (ticks, index) => {
          running += 1;
          peak = Math.max(peak, running);
          for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
          running -= 1;
          return index;
        });

        expect(results).toEqual(items.map((_, index) => index));
        expect(peak).toBeLessThanOrEqual(most);
      }),
    );
  });

  it("rejects with what a call throws", async () => {
    const failing = mapAtOnce(2, [1, 2, 3], (item) =>
      item === 2 ? Promise.reject(new Error("two")) : Promise.resolve(item),
    );

    await expect(failing).rejects.toThrow("two");
  });
});
