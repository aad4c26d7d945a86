import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluateMath } from "../../lib/local/metric-math.ts";
import { parseMath } from "../../lib/local/metric-math-parser.ts";

type Values = readonly (number | undefined)[];

const PERIODS = [0, 60_000, 120_000, 180_000];

const evaluate = (text: string, series: Readonly<Record<string, Values>> = {}): Values => {
  const parsed = parseMath(text);
  if (parsed.kind === "refused") throw new Error(parsed.problem);
  const result = evaluateMath(parsed.value, {
    periods: PERIODS,
    periodMs: 60_000,
    seriesOf: (id) =>
      new Map(
        (series[id] ?? []).flatMap((value, place) => (value === undefined ? [] : [[PERIODS[place] ?? 0, value]])),
      ),
  });
  return PERIODS.map((atMs) => result.get(atMs));
};

const problemOf = (text: string): string | undefined => {
  const parsed = parseMath(text);
  return parsed.kind === "refused" ? parsed.problem : undefined;
};

const __ = undefined;

describe("metric math", () => {
  it.each([
    { text: "2 + 3 * 4", value: 14 },
    { text: "(2 + 3) * 4", value: 20 },
    { text: "10 - 4 - 3", value: 3 },
    { text: "2 * 3 ^ 2", value: 18 },
    { text: "-2 + 5", value: 3 },
    { text: "- 2 * 3", value: -6 },
    { text: "1.5e2 / .5", value: 300 },
    { text: "1 < 2", value: 1 },
    { text: "2 <= 1", value: 0 },
    { text: "1 + 1 == 2", value: 1 },
    { text: "1 != 1 OR 2 > 1 AND 0", value: 0 },
    { text: "1 || 0 && 0", value: 1 },
    { text: "IF(3 > 2, 7, 8)", value: 7 },
    { text: "MAX([1, 5, 3])", value: 5 },
    { text: "MIN([1, 5, 3])", value: 1 },
    { text: "SUM([1, 5, 3])", value: 9 },
    { text: "AVG([1, 5, 3])", value: 3 },
    { text: "ABS(-4) + CEIL(1.2) + FLOOR(1.8)", value: 7 },
    { text: "PERIOD(1)", value: 60 },
  ])("works out $text", ({ text, value }) => {
    expect(evaluate(text)).toEqual([value, value, value, value]);
  });

  it("joins two series, and takes a value that one lacks for 0", () => {
    expect(evaluate("a + b", { a: [1, 2, __, 4], b: [10, __, 30, 40] })).toEqual([11, 2, 30, 44]);
  });

  it("leaves out what is no number", () => {
    expect(evaluate("a / b", { a: [1, 2, 0, 4], b: [1, 0, 0, 2] })).toEqual([1, __, __, 2]);
  });

  it("compares series, 1 for true and 0 for false", () => {
    expect(evaluate("a >= b AND a > 1", { a: [1, 2, 3, __], b: [1, 2, 5, 1] })).toEqual([0, 1, 0, 0]);
  });

  it("fills what is missing with a number, with another series or with the value before", () => {
    const series = { a: [__, 1, __, 3], b: [7, 7, __, 7] };

    expect(evaluate("FILL(a, 0)", series)).toEqual([0, 1, 0, 3]);
    expect(evaluate("FILL(a, b)", series)).toEqual([7, 1, __, 3]);
    expect(evaluate("FILL(a, REPEAT)", series)).toEqual([__, 1, 1, 3]);
    expect(evaluate("FILL(nothing, 5)", series)).toEqual([5, 5, 5, 5]);
  });

  it("chooses period by period, and gives nothing where no branch has a value", () => {
    const series = { a: [0, 1, 2, __], b: [10, 20, __, 40] };

    expect(evaluate("IF(a, b, -1)", series)).toEqual([-1, 20, __, __]);
    expect(evaluate("IF(a > 0, b)", series)).toEqual([__, 20, __, __]);
  });

  it("aggregates lists period by period over what has a value, and a series over all its periods", () => {
    const series = { a: [1, 2, __, __], b: [3, __, 5, __] };

    expect(evaluate("SUM([a, b])", series)).toEqual([4, 2, 5, __]);
    expect(evaluate("AVG([a, b])", series)).toEqual([2, 2, 5, __]);
    expect(evaluate("MAX([a, b])", series)).toEqual([3, 2, 5, __]);
    expect(evaluate("MIN(b)", series)).toEqual([3, 3, 3, 3]);
  });

  it("tells how a series changes, and adds it up", () => {
    const series = { a: [1, 4, __, 10] };

    expect(evaluate("DIFF(a)", series)).toEqual([__, 3, __, 6]);
    expect(evaluate("RATE(a)", series)).toEqual([__, 0.05, __, 0.05]);
    expect(evaluate("RUNNING_SUM(a)", series)).toEqual([1, 5, __, 15]);
  });

  it("tells saturation: at the limit, or the ceiling where there is none, with a backlog that grows", () => {
    const text = "(running >= FILL(limit, 5)) * (DIFF(visible) > 0)";

    expect(evaluate(text, { running: [5, 5, 5, 3], visible: [0, 10, 5, 20] })).toEqual([0, 1, 0, 0]);
    expect(evaluate(text, { running: [3, 3, 3, 3], visible: [0, 1, 2, 3], limit: [3, 3, __, 3] })).toEqual([
      0, 1, 0, 1,
    ]);
  });

  it.each([
    { text: "ANOMALY_DETECTION_BAND(a, 2)", problem: /^uses ANOMALY_DETECTION_BAND, which is not among ABS, AVG, / },
    { text: "SEARCH(a)", problem: /^uses SEARCH, which/ },
    { text: "SUM(METRICS())", problem: /^uses METRICS, which/ },
    { text: "FILL(a, LINEAR)", problem: /^uses LINEAR, which is not supported$/ },
    { text: "FILL(a)", problem: /^must give FILL 2 arguments, not 1$/ },
    { text: "IF(a, 1, 2, 3)", problem: /^must give IF 2–3 arguments, not 4$/ },
    { text: "a +", problem: /^ends too early$/ },
    { text: "(a", problem: /^lacks a “\)”$/ },
    { text: "a b", problem: /^cannot be read from “b” on$/ },
    { text: "a constructor b", problem: /^cannot be read from “constructor” on$/ },
    { text: "a % 2", problem: /^cannot be read from “% 2” on$/ },
    { text: "", problem: /^ends too early$/ },
  ])("rejects “$text”", ({ text, problem }) => {
    expect(problemOf(text)).toMatch(problem);
  });

  it("reads and works out arithmetic as JavaScript does", () => {
    const number = fc.integer({ min: 0, max: 50 }).map(String);
    const { sum } = fc.letrec<{ sum: string }>((tie) => ({
      sum: fc.oneof(
        { maxDepth: 4 },
        number,
        fc
          .tuple(tie("sum"), fc.constantFrom("+", "-", "*"), tie("sum"))
          .map(([left, operator, right]) => `${left} ${operator} ${right}`),
        tie("sum").map((inner) => `(${inner})`),
      ),
    }));

    fc.assert(
      fc.property(sum, (text) => {
        const expected: number = new Function(`return ${text}`)();
        expect(evaluate(text)[0]).toBe(expected + 0);
      }),
    );
  });
});
