import { INLINE_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { Permanent } from "../../lib/core/outcome.ts";
import { type ColumnProfile, type ColumnSummary, columnProfile } from "./column-profile.ts";
import { KEPT_TEXT_LENGTH } from "./column-types.ts";
import type { CsvSink } from "./read-csv.ts";

/** A file with more columns is refused. */
export const MAX_COLUMNS = 1_000;
/** Distinct values that one column counts exactly. */
export const DISTINCT_CAP = 10_000;
/** Distinct values that all columns remember together: at some 150 bytes each, 30 MB. */
const DISTINCT_BUDGET = 200_000;
/** Wrong rows that are told one by one. */
const TOLD_WRONG_ROWS = 10;

export type CsvProfile = {
  /** Rows that the columns describe: all but the header and the wrong ones. */
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
  readonly wrongRows: {
    readonly count: number;
    readonly first: readonly { readonly line: number; readonly reason: string }[];
  };
};

/** Makes a profile that a CSV file is read into. */
export const csvProfile = (): CsvSink & { readonly result: () => CsvProfile } => {
  let columns: readonly ColumnProfile[] = [];
  let rows = 0;
  let count = 0;
  const first: { readonly line: number; readonly reason: string }[] = [];
  return {
    header: (names) => {
      columns = columnsOf(names);
    },
    row: (fields) => {
      rows += 1;
      for (const [index, column] of columns.entries()) column.add(fields[index] ?? "");
    },
    wrongRow: (line, reason) => {
      count += 1;
      if (first.length < TOLD_WRONG_ROWS) first.push({ line, reason });
    },
    result: () =>
      withinBound((textLength) => ({
        rows,
        columns: columns.map((column) => column.summary(textLength)),
        wrongRows: { count, first },
      })),
  };
};

const columnsOf = (names: readonly string[]): readonly ColumnProfile[] => {
  if (names.every((name) => name === "")) throw new Permanent("the CSV's header must name a column, got no name");
  if (names.length > MAX_COLUMNS) {
    throw new Permanent(`the CSV must have at most ${MAX_COLUMNS} columns, got ${names.length}`);
  }
  const distinctCap = Math.min(DISTINCT_CAP, Math.floor(DISTINCT_BUDGET / names.length));
  return uniqueNames(names).map((name) => columnProfile(name, distinctCap));
};

/** A nameless column is called by its place (`column_3`); one that repeats a name gets a number (`city_2`). */
const uniqueNames = (names: readonly string[]): readonly string[] => {
  const taken = new Set(names);
  const met = new Set<string>();
  return names.map((name, index) => {
    const wished = name === "" ? `column_${index + 1}` : name;
    const isFree = name === "" ? !taken.has(wished) : !met.has(name);
    met.add(name);
    const unique = isFree ? wished : numbered(wished, taken);
    taken.add(unique);
    return unique;
  });
};

const numbered = (name: string, taken: ReadonlySet<string>): string => {
  for (let number = 2; ; number += 1) if (!taken.has(`${name}_${number}`)) return `${name}_${number}`;
};

/**
 * Returns the profile with its texts as long as the result's bound allows.
 *
 * A column has three texts (name, least, greatest), and a character takes up to 6 bytes in JSON, where it is escaped.
 * Beside them a column takes some 130 bytes. So 100 columns of any content fit with whole texts, ordinary columns fit
 * by the thousand, and with 5 characters a text the worst thousand does: 1,000 × (130 + 3 × 5 × 6) = 220,000 bytes.
 */
const withinBound = (profileWith: (textLength: number) => CsvProfile): CsvProfile => {
  const cuts = [KEPT_TEXT_LENGTH, 40, 16].map(profileWith);
  return cuts.find((profile) => Buffer.byteLength(JSON.stringify(profile)) <= INLINE_PAYLOAD_BYTES) ?? profileWith(5);
};
