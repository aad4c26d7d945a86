import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ColumnSummary, columnProfile } from "../../../lambdas/shared/column-profile.ts";

const profileOf = (values: readonly string[], { cap = 10_000, textLength = 100 } = {}): ColumnSummary => {
  const column = columnProfile("name", cap);
  for (const value of values) column.add(value);
  return column.summary(textLength);
};

/** The least and the greatest of values in an order. */
const bounds = <T>(values: readonly T[], isBefore: (one: T, other: T) => boolean): readonly [T, T] => {
  const sorted = [...values].sort((one, other) => (isBefore(one, other) ? -1 : isBefore(other, one) ? 1 : 0));
  return [sorted[0] as T, sorted.at(-1) as T];
};

/** Values with empty ones strewn in. */
const withNulls = (value: fc.Arbitrary<string>) =>
  fc.array(fc.oneof({ weight: 4, arbitrary: value }, fc.constant("")), { minLength: 1 });

describe("columnProfile's type", () => {
  it.each([
    ["integer", ["1", "-2", "+3", "0", "-0"]],
    ["integer", ["9007199254740991"]],
    ["number", ["1", "2.5"]],
    ["number", [".5", "5.", "1e3", "-1.5E-7"]],
    ["number", ["9007199254740993"]],
    ["boolean", ["true", "FALSE", "True"]],
    ["date", ["2026-11-22", "2026-11-22T10:00:00Z"]],
    ["string", ["1", "x"]],
    ["string", ["true", "1"]],
    ["string", ["2026-11-22", "2026"]],
    ["string", ["2026-02-30"]],
    ["string", ["007"]],
    ["string", ["1,5"]],
    ["string", ["1_000"]],
    ["string", ["0x10"]],
    ["string", ["Infinity"]],
    ["string", ["NaN"]],
    ["string", ["1e999"]],
    ["string", ["yes", "no"]],
    ["string", [" "]],
    ["empty", []],
    ["empty", ["", ""]],
  ])("is %s for %j", (type, values) => {
    expect(profileOf(values).type).toBe(type);
    expect(profileOf(["", ...values, ""]).type).toBe(type);
    expect(profileOf([...values].reverse()).type).toBe(type);
  });
});

describe("columnProfile", () => {
  it("says nothing of a column without values", () => {
    expect(profileOf(["", ""])).toEqual({
      name: "name",
      type: "empty",
      nulls: 2,
      distinct: 0,
      min: null,
      max: null,
      mean: null,
    });
  });

  it("agrees with a direct computation for integers", () => {
    const integers = withNulls(fc.maxSafeInteger().map(String));

    fc.assert(
      fc.property(integers, (values) => {
        const numbers = values.filter((value) => value !== "").map(BigInt);
        fc.pre(numbers.length > 0);
        const [min, max] = bounds(numbers, (one, other) => one < other);
        const total = numbers.reduce((sum, value) => sum + value, 0n);

        const summary = profileOf(values);

        expect(summary).toMatchObject({ type: "integer", min: Number(min) + 0, max: Number(max) + 0 });
        expect(summary).toMatchObject({
          nulls: values.length - numbers.length,
          distinct: new Set(values.filter((value) => value !== "")).size,
        });
        const scale = Math.max(Math.abs(Number(min)), Math.abs(Number(max)), 1);
        const exact = Number((total * 1_000n) / BigInt(numbers.length)) / 1_000;
        expect(Math.abs((summary.mean ?? Number.NaN) - exact)).toBeLessThanOrEqual(0.001 + scale * 1e-15);
      }),
    );
  });

  it("agrees with a direct computation for numbers", () => {
    const numbers = withNulls(fc.double({ min: -1e15, max: 1e15, noNaN: true }).map((value) => `${value}`));

    fc.assert(
      fc.property(numbers, (texts) => {
        const values = texts.filter((text) => text !== "").map(Number);
        fc.pre(values.length > 0);
        const scale = Math.max(...values.map(Math.abs), Number.MIN_VALUE);

        const { type, min, max, mean, nulls } = profileOf(texts);

        expect(["integer", "number"]).toContain(type);
        expect([min, max]).toEqual([Math.min(...values) + 0, Math.max(...values) + 0]);
        expect(nulls).toBe(texts.length - values.length);
        const direct = values.reduce((sum, value) => sum + value / values.length, 0);
        // Each division may round by half an ulp, which among subnormal numbers is no share of the value.
        const rounding = values.length * (scale * Number.EPSILON + Number.MIN_VALUE);
        expect(Math.abs((mean ?? Number.NaN) - direct)).toBeLessThanOrEqual(rounding);
      }),
    );
  });

  it("loses nothing where a plain sum would", () => {
    expect(profileOf(Array.from({ length: 10 }, () => "0.1")).mean).toBe(0.1);
    expect(profileOf(["1e16", "1", "-1e16", "1"]).mean).toBe(0.5);
  });

  it("gives no mean where the sum is beyond a number", () => {
    expect(profileOf(["1.5e308", "1.5e308"])).toMatchObject({ type: "number", max: 1.5e308, mean: null });
  });

  it("agrees with a direct computation for dates, whatever their offset", () => {
    const date = fc
      .tuple(
        fc.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
        fc.constantFrom("Z", "+02:00", "-09:30"),
      )
      .map(([at, offset]) => at.toISOString().replace("Z", offset));

    fc.assert(
      fc.property(fc.array(date, { minLength: 1 }), (values) => {
        const [min, max] = bounds(values.map(Date.parse), (one, other) => one < other);

        const summary = profileOf(values);

        expect(summary).toMatchObject({ type: "date", mean: null, distinct: new Set(values).size });
        expect([Date.parse(String(summary.min)), Date.parse(String(summary.max))]).toEqual([min, max]);
        expect(values).toContain(summary.min);
      }),
    );
  });

  it("agrees with a direct computation for texts", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 }).map((value) => `#${value}`);

    fc.assert(
      fc.property(withNulls(text), (values) => {
        const texts = values.filter((value) => value !== "");
        fc.pre(texts.length > 0);
        const [min, max] = bounds(texts, (one, other) => one < other);

        expect(profileOf(values)).toMatchObject({
          type: "string",
          nulls: values.length - texts.length,
          distinct: new Set(texts).size,
          min,
          max,
          mean: null,
        });
      }),
    );
  });

  it("cuts long texts and tells them apart all the same", () => {
    const long = "x".repeat(150);

    const summary = profileOf([`${long}1`, `${long}2`, `${long}1`]);

    expect(summary).toMatchObject({ distinct: 2, min: "x".repeat(100), max: "x".repeat(100) });
  });

  it("leaves out a character that a cut would halve", () => {
    const summary = profileOf([`${"x".repeat(99)}😀`]);

    expect(summary.min).toBe("x".repeat(99));
  });

  it("cuts texts and the name to the length asked for", () => {
    const column = columnProfile("a long name", 10);
    column.add("a long text");

    expect(column.summary(4)).toMatchObject({ name: "a lo", min: "a lo", max: "a lo" });
  });

  it("has neither least nor greatest for booleans", () => {
    expect(profileOf(["true", "false", "true"])).toMatchObject({ distinct: 2, min: null, max: null, mean: null });
  });

  it("counts distinct values exactly up to its cap, and says so beyond", () => {
    expect(profileOf(["a", "b", "c", "a", "c"], { cap: 3 })).toEqual(profileOf(["a", "b", "c", "a", "c"]));
    expect(profileOf(["a", "b", "c", "a", "d", "e"], { cap: 3 })).toMatchObject({
      distinct: 3,
      distinctIsAtLeast: true,
    });
  });
});
