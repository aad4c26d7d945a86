import { isoDateMs } from "./iso-date.ts";

/** What all values of a column are; `empty` where there are none, `string` where nothing narrower fits. */
export type ColumnType = "integer" | "number" | "boolean" | "date" | "string" | "empty";

/** What a type lets one say about a column's values; null where it says nothing. */
export type Extremes = {
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly mean: number | null;
};

/** A type that a column may have, with what it gathers as long as every value fits. */
export type Candidate = {
  readonly type: ColumnType;
  /** Takes one value in; false if it does not fit, and then the column is not of this type. */
  readonly take: (text: string) => boolean;
  /** @param textLength how much is kept of a text, in characters: at most {@link KEPT_TEXT_LENGTH} */
  readonly extremes: (textLength: number) => Extremes;
};

/** What is kept of the first and the last text, in characters. */
export const KEPT_TEXT_LENGTH = 100;

const INTEGER = /^[+-]?(?:0|[1-9]\d*)$/;
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const BOOLEAN = /^(?:true|false)$/i;

/**
 * Returns every type a column may have, the narrowest first; the last one takes any text.
 *
 * A number that begins with a needless zero (`007`) is a string: it is a code, and a number would lose its zeros. An
 * integer that a double cannot hold exactly is a `number`.
 */
export const candidates = (): readonly Candidate[] => [
  numeric("integer", (text) => INTEGER.test(text) && Number.isSafeInteger(Number(text))),
  numeric("number", (text) => NUMBER.test(text) && Number.isFinite(Number(text))),
  { type: "boolean", take: (text) => BOOLEAN.test(text), extremes: () => ({ min: null, max: null, mean: null }) },
  date(),
  text(),
];

const numeric = (type: ColumnType, fits: (text: string) => boolean): Candidate => {
  const sum = compensatedSum();
  let [count, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (text: string): boolean => {
    if (!fits(text)) return false;
    // Adding 0 turns -0 into 0.
    const value = Number(text) + 0;
    count += 1;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum.add(value);
    return true;
  };
  const mean = (): number | null => (Number.isFinite(sum.total()) ? sum.total() / count : null);
  return { type, take, extremes: () => ({ min, max, mean: mean() }) };
};

const date = (): Candidate => {
  type Day = { readonly ms: number; readonly text: string };
  let min: Day | undefined;
  let max: Day | undefined;
  const take = (text: string): boolean => {
    const ms = isoDateMs(text);
    if (ms === undefined) return false;
    if (min === undefined || ms < min.ms) min = { ms, text };
    if (max === undefined || ms > max.ms) max = { ms, text };
    return true;
  };
  return { type: "date", take, extremes: () => ({ min: min?.text ?? null, max: max?.text ?? null, mean: null }) };
};

const text = (): Candidate => {
  let min: string | undefined;
  let max: string | undefined;
  const take = (value: string): boolean => {
    // The first of the cut texts is the first text, cut: cutting keeps their order.
    const kept = value.slice(0, KEPT_TEXT_LENGTH);
    if (min === undefined || kept < min) min = kept;
    if (max === undefined || kept > max) max = kept;
    return true;
  };
  const extremes = (length: number): Extremes => ({
    min: min === undefined ? null : cutText(min, length),
    max: max === undefined ? null : cutText(max, length),
    mean: null,
  });
  return { type: "string", take, extremes };
};

/** Cuts a text to a length in UTF-16 units; a character that would be halved goes too. */
export const cutText = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return cut.isWellFormed() ? cut : cut.replace(/[\uD800-\uDBFF]$/, "").toWellFormed();
};

/** Neumaier's sum: carries what rounding loses, so that 0.1 added ten times makes 1. */
const compensatedSum = (): { readonly add: (value: number) => void; readonly total: () => number } => {
  let sum = 0;
  let lost = 0;
  const add = (value: number): void => {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  };
  return { add, total: () => sum + lost };
};
