import type { MathExpression, MathOperator } from "./metric-math-parser.ts";

/** Values by the start of their period, in milliseconds since 1970, oldest first. */
export type Series = ReadonlyMap<number, number>;

/** What expressions are worked out over. */
export type MathContext = {
  readonly seriesOf: (id: string) => Series;
  /** The starts of all periods asked for, oldest first. */
  readonly periods: readonly number[];
  readonly periodMs: number;
};

type Value = number | Series | readonly (number | Series)[];

/**
 * Works out an expression of metric math for each period.
 *
 * Where two series meet, a value that one of them lacks is 0, as in CloudWatch; what is no number, as after a division
 * by 0, is left out.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export const evaluateMath = (expression: MathExpression, context: MathContext): Series =>
  overPeriods(single(resultOf(expression, context)), context.periods);

const resultOf = (expression: MathExpression, context: MathContext): Value => {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "id":
      return context.seriesOf(expression.id);
    case "keyword":
      return Number.NaN;
    case "list":
      return expression.items.map((item) => single(resultOf(item, context)));
    case "negative":
      return mapped(single(resultOf(expression.operand, context)), (value) => -value);
    case "binary": {
      const { operator, left, right } = expression;
      return joined(single(resultOf(left, context)), single(resultOf(right, context)), OPERATIONS[operator]);
    }
    case "call":
      return call(expression, context);
  }
};

const call = ({ name, args }: MathExpression & { readonly kind: "call" }, context: MathContext): Value => {
  const [first = 0, ...rest] = args.map((argument) => resultOf(argument, context));
  switch (name) {
    case "ABS":
      return mapped(single(first), Math.abs);
    case "CEIL":
      return mapped(single(first), Math.ceil);
    case "FLOOR":
      return mapped(single(first), Math.floor);
    case "MAX":
      return aggregated(first, (values) =>
        values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      );
    case "MIN":
      return aggregated(first, (values) =>
        values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
      );
    case "SUM":
      return aggregated(first, total);
    case "AVG":
      return aggregated(first, (values) => total(values) / values.length);
    case "PERIOD":
      return context.periodMs / 1_000;
    case "DIFF":
      return differences(overPeriods(single(first), context.periods), () => 1);
    case "RATE":
      return differences(overPeriods(single(first), context.periods), (ms) => ms / 1_000);
    case "RUNNING_SUM":
      return runningSum(overPeriods(single(first), context.periods));
    case "IF":
      return chosen(single(first), rest.map(single));
    case "FILL":
      return filled(single(first), args[1]?.kind === "keyword" ? "last" : single(rest[0] ?? 0), context.periods);
  }
};

const OPERATIONS: Readonly<Record<MathOperator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  "<=": (left, right) => Number(left <= right),
  ">=": (left, right) => Number(left >= right),
  "<": (left, right) => Number(left < right),
  ">": (left, right) => Number(left > right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
};

/** A list stands where one value is wanted only by mistake: its first then. */
const single = (value: Value): number | Series => (isList(value) ? (value[0] ?? Number.NaN) : value);

const isList = (value: Value): value is readonly (number | Series)[] => Array.isArray(value);

const mapped = (value: number | Series, by: (value: number) => number): number | Series =>
  typeof value === "number" ? by(value) : numbersOf([...value].map(([atMs, one]) => [atMs, by(one)]));

const joined = (
  left: number | Series,
  right: number | Series,
  by: (left: number, right: number) => number,
): number | Series => {
  if (typeof left === "number") return mapped(right, (value) => by(left, value));
  if (typeof right === "number") return mapped(left, (value) => by(value, right));
  return numbersOf(
    timesOf([left, right]).map((atMs) => [atMs, by(left.get(atMs) ?? 0, right.get(atMs) ?? 0)] as const),
  );
};

const timesOf = (series: readonly Series[]): readonly number[] =>
  [...new Set(series.flatMap((one) => [...one.keys()]))].sort((one, other) => one - other);

/** Of a list: period by period, over those that have a value. Of one series: over all its periods. */
const aggregated = (value: Value, by: (values: readonly number[]) => number): number | Series => {
  if (!isList(value)) return typeof value === "number" ? value : by([...value.values()]);
  const series = value.filter((one) => typeof one !== "number");
  const constants = value.filter((one) => typeof one === "number");
  if (series.length === 0) return by(constants);
  return numbersOf(
    timesOf(series).map((atMs) => [atMs, by([...series.flatMap((one) => one.get(atMs) ?? []), ...constants])] as const),
  );
};

const chosen = (condition: number | Series, [whenTrue, whenFalse]: readonly (number | Series)[]): number | Series => {
  const branch = (truth: number): number | Series | undefined => (truth !== 0 ? whenTrue : whenFalse);
  if (typeof condition === "number") return branch(condition) ?? new Map();
  return numbersOf(
    [...condition].flatMap(([atMs, truth]) => {
      const taken = branch(truth);
      const value = typeof taken === "number" ? taken : taken?.get(atMs);
      return value === undefined ? [] : [[atMs, value] as const];
    }),
  );
};

const filled = (
  value: number | Series,
  filler: number | Series | "last",
  periods: readonly number[],
): number | Series => {
  if (typeof value === "number") return value;
  let last: number | undefined;
  return numbersOf(
    periods.flatMap((atMs) => {
      last = value.get(atMs) ?? last;
      const replaced = filler === "last" ? last : typeof filler === "number" ? filler : filler.get(atMs);
      const taken = value.get(atMs) ?? replaced;
      return taken === undefined ? [] : [[atMs, taken] as const];
    }),
  );
};

const differences = (series: Series, per: (ms: number) => number): Series => {
  const entries = [...series];
  return numbersOf(
    entries.slice(1).map(([atMs, value], place) => {
      const [beforeMs, before] = entries[place] ?? [atMs, value];
      return [atMs, (value - before) / per(atMs - beforeMs)] as const;
    }),
  );
};

const runningSum = (series: Series): Series => {
  let sum = 0;
  return numbersOf(
    [...series].map(([atMs, value]) => {
      sum += value;
      return [atMs, sum] as const;
    }),
  );
};

const overPeriods = (value: number | Series, periods: readonly number[]): Series =>
  typeof value === "number" ? numbersOf(periods.map((atMs) => [atMs, value] as const)) : value;

const numbersOf = (entries: readonly (readonly [atMs: number, value: number])[]): Series =>
  new Map(entries.filter(([, value]) => Number.isFinite(value)));

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
