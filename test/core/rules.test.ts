import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFields, type FieldRules, integer, like, oneOf, text } from "../../lib/core/rules.ts";

const RULES: FieldRules = {
  size: integer(1, 10, "choose a size"),
  mode: oneOf(["on", "off"], "choose a mode"),
  nested: { depth: integer(0, 3, "stay shallow") },
  names: [text(/^[A-Z]+$/)],
  variables: { "*": text(/^[A-Z]+$/) },
};

const check = (given: unknown) => checkFields("it", given, RULES);
const pathsOf = (given: unknown): readonly string[] => check(given).map(({ path }) => path);

describe("checkFields", () => {
  it("accepts what every rule accepts, and fields left out", () => {
    expect(check({ size: 1, mode: "on", nested: { depth: 3 }, names: ["A"], variables: { B: "b" } })).toEqual([]);
    expect(check({})).toEqual([]);
    expect(check({ size: undefined })).toEqual([]);
  });

  it("rejects with the path, what was expected, what came and what to do", () => {
    expect(check({ size: 11 })).toEqual([
      { path: "it.size", expectation: "be a whole number from 1 to 10", got: 11, remedy: "choose a size" },
    ]);
    expect(check({ mode: "ON" })).toEqual([
      { path: "it.mode", expectation: 'be one of "on", "off"', got: "ON", remedy: "choose a mode" },
    ]);
  });

  it("rejects every wrong field at once, however deep", () => {
    const given = { size: 0, mode: 1, nested: { depth: 4 }, names: ["A", 2], variables: { B: 3 } };

    expect(pathsOf(given)).toEqual([
      "it.size",
      "it.mode",
      "it.nested.depth",
      "it.names[1]",
      "it.names[1]",
      "it.variables.B",
    ]);
  });

  it("rejects fields that no rule knows, and names those that are known", () => {
    const [breach] = check({ sise: 5 });

    expect(breach).toMatchObject({ path: "it.sise", got: 5, remedy: "remove it or mend its name" });
    expect(breach?.expectation).toContain("size, mode, nested, names, variables");
  });

  it.each(["constructor", "toString", "hasOwnProperty"])("rejects %s, which every object has, as unknown", (field) => {
    expect(pathsOf({ [field]: {} })).toEqual([`it.${field}`]);
  });

  it("rejects names that do not look as they must, in lists and as keys", () => {
    const expectation = "be named like ^[A-Z]+$";

    expect(check({ names: ["low"] })).toMatchObject([{ path: "it.names[0]", expectation, got: "low" }]);
    expect(check({ variables: { low: "" } })).toMatchObject([{ path: "it.variables.low", expectation, got: "low" }]);
  });

  it.each([[null], [[]], ["text"], [7]])("rejects %j where an object must be", (given) => {
    expect(check(given)).toMatchObject([{ path: "it", expectation: "be an object" }]);
    expect(check({ nested: given })).toMatchObject([{ path: "it.nested", expectation: "be an object" }]);
  });

  it.each([[null], [{}], ["text"], [7]])("rejects %j where a list must be", (given) => {
    expect(check({ names: given })).toMatchObject([{ path: "it.names", expectation: "be a list" }]);
  });

  it("always answers, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (given) => {
        expect(Array.isArray(check(given))).toBe(true);
      }),
    );
  });
});

describe("integer", () => {
  const rule = integer(-3, 40, "");

  it("accepts every whole number of its range", () => {
    fc.assert(fc.property(fc.integer({ min: -3, max: 40 }), rule.accepts));
  });

  it("rejects all others", () => {
    const outside = fc.oneof(
      fc.integer({ max: -4 }),
      fc.integer({ min: 41 }),
      fc.double().filter((value) => !Number.isInteger(value)),
      fc.constantFrom<unknown>("5", null, undefined, true, 5n, [5]),
    );
    fc.assert(fc.property(outside, (value) => !rule.accepts(value)));
  });
});

describe("oneOf", () => {
  it("accepts the values named and rejects what only looks like them", () => {
    const rule = oneOf([true, 30], "");

    expect([true, 30, "true", 1, "30", false, undefined].map(rule.accepts)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("like", () => {
  it("accepts text that looks like its pattern, and rejects all else", () => {
    const rule = like(/^[a-z]+$/, "be a word", "");

    expect(["word", "Word", "", 7, ["word"], null].map(rule.accepts)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(rule.expectation).toBe("be a word");
  });
});
