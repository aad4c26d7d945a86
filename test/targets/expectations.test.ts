import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT, textOf } from "../support/pages.ts";
import { CASES } from "./cases.ts";
import { CASE_NAMES, expectationOf, TARGETS } from "./expectations.ts";
import { expectationsSection, sectionIn } from "./expectations-section.ts";

const PAGE = "docs/targets.md";
const cells = CASE_NAMES.flatMap((name) =>
  TARGETS.map((target) => [name, target, expectationOf(name, target)] as const),
);

describe("the table of expectations", () => {
  it("says of each case and target whether it is expected, and where it is not, why", () => {
    expect(cells).toHaveLength(CASE_NAMES.length * TARGETS.length);
    for (const [name, target, expectation] of cells) {
      if (!expectation.isExpected) expect(expectation.because.length, `${name} on ${target}`).toBeGreaterThan(20);
    }
  });

  it("has something to play for each case that a target must pass, and for no other", () => {
    const expected = new Set(cells.filter(([, , { isExpected }]) => isExpected).map(([name]) => name));

    expect([...expected].sort()).toEqual(Object.keys(CASES).sort());
    for (const target of TARGETS)
      expect(cells.some(([, of, { isExpected }]) => of === target && isExpected)).toBe(true);
  });

  it("asserts neither scaling nor alarms on an emulator", () => {
    for (const name of ["scales", "raises-alarms"] as const) {
      expect(expectationOf(name, "emulator").isExpected).toBe(false);
    }
  });

  it("is what the page on targets shows; `npm run e2e -- --table` prints it anew", () => {
    expect(existsSync(join(ROOT, PAGE))).toBe(true);
    expect(sectionIn(textOf(PAGE))).toBe(expectationsSection());
  });
});
