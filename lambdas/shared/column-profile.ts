import { hash } from "node:crypto";
import { type ColumnType, candidates, cutText, type Extremes } from "./column-types.ts";

/** What a profile tells of one column; `min`, `max` and `mean` are null where its type has none. */
export type ColumnSummary = Extremes & {
  readonly name: string;
  readonly type: ColumnType;
  /** Empty fields. They count in nothing else. */
  readonly nulls: number;
  /** Different texts: `1` and `1.0` are two. */
  readonly distinct: number;
  /** There where more were met than are counted. */
  readonly distinctIsAtLeast?: true;
};

/** Gathers one column's values. */
export type ColumnProfile = {
  readonly add: (text: string) => void;
  /** @param textLength how much is kept of a text, in characters */
  readonly summary: (textLength: number) => ColumnSummary;
};

/** A longer text is remembered by its digest, so that what counting takes has a bound. */
const REMEMBERED_TEXT_LENGTH = 64;

/**
 * Makes the profile of one column, in memory that does not grow with the rows.
 *
 * @param distinctCap distinct values are counted exactly up to here
 */
export const columnProfile = (name: string, distinctCap: number): ColumnProfile => {
  const seen = new Set<string>();
  let possible = candidates();
  let nulls = 0;
  let isCapped = false;

  const count = (text: string): void => {
    const key = text.length <= REMEMBERED_TEXT_LENGTH ? text : hash("sha256", text, "base64");
    if (seen.size < distinctCap) seen.add(key);
    else isCapped = !seen.has(key);
  };
  const add = (text: string): void => {
    if (text === "") {
      nulls += 1;
      return;
    }
    if (!isCapped) count(text);
    possible = possible.filter((candidate) => candidate.take(text));
  };
  const summary = (textLength: number): ColumnSummary => {
    const narrowest = seen.size === 0 ? undefined : possible[0];
    return {
      name: cutText(name, textLength),
      type: narrowest?.type ?? "empty",
      nulls,
      distinct: seen.size,
      ...(isCapped ? { distinctIsAtLeast: true } : {}),
      ...(narrowest?.extremes(textLength) ?? { min: null, max: null, mean: null }),
    };
  };
  return { add, summary };
};
