import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chart, sparkline, squeeze } from "../../../lib/cli/demo/chart.ts";

describe("charts", () => {
  it("draw the largest value as the highest column", () => {
    expect(chart("depth", [0, 4, 8], { columns: 3, rows: 2 })).toBe(
      ["  depth", "       8 │  █", "         │ ██", "       0 └───"].join("\n"),
    );
  });

  it("keep the peak however much a series is squeezed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 80 }),
        (values, columns) => {
          const squeezed = squeeze(values, columns);

          expect(Math.max(...squeezed)).toBe(Math.max(...values));
          expect(squeezed.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  it("show the latest values in one line", () => {
    expect(sparkline([9, 0, 4, 8], 3)).toBe(" ▄█");
  });
});
