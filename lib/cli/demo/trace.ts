import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { SluiceError } from "../../core/errors.ts";

/** One arrival of a trace; times in milliseconds since the trace's start. */
export type Arrival = { readonly arrivalMs: number; readonly durationMs: number };

/** Arrivals that a demo replays at the most. */
const MAX_ARRIVALS = 200_000;

/**
 * Reads a trace: CSV with a header, columns `arrival_ms` and, if there, `duration_ms`; lines that start with `#` are
 * comments, other columns are ignored.
 *
 * @throws TraceInvalid naming the file and the line
 */
export const readTrace = async (file: string): Promise<readonly Arrival[]> => {
  const rows = parseCsv(file, await readText(file));
  const [header = [], ...lines] = rows;
  const arrivalAt = header.indexOf("arrival_ms");
  const durationAt = header.indexOf("duration_ms");
  if (arrivalAt < 0) throw invalid(file, `must have a column arrival_ms, got ${header.join(", ") || "no header"}`);
  if (lines.length === 0 || lines.length > MAX_ARRIVALS) {
    throw invalid(file, `must hold 1 to ${MAX_ARRIVALS} arrivals, got ${lines.length}`);
  }
  let latestMs = 0;
  return lines.map((line, index) => {
    const arrivalMs = numberAt(file, index, "arrival_ms", line[arrivalAt]);
    const durationMs = durationAt < 0 ? 0 : numberAt(file, index, "duration_ms", line[durationAt]);
    if (arrivalMs < latestMs)
      throw invalid(file, `must be sorted by arrival_ms; arrival ${index + 1} is earlier than the one before`);
    latestMs = arrivalMs;
    return { arrivalMs, durationMs };
  });
};

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new SluiceError("TraceUnreadable", `trace ${file} must be a file that can be read`, {
      hint: "name a CSV file with --trace FILE",
      cause,
    });
  }
};

const parseCsv = (file: string, text: string): readonly string[][] => {
  try {
    return parse(text, { comment: "#", comment_no_infix: true, skip_empty_lines: true, trim: true, bom: true });
  } catch (cause) {
    throw invalid(file, `must be CSV (${cause instanceof Error ? cause.message : String(cause)})`);
  }
};

const numberAt = (file: string, index: number, column: string, text: string | undefined): number => {
  const value = Number(text);
  if (text !== undefined && text !== "" && Number.isFinite(value) && value >= 0) return value;
  throw invalid(
    file,
    `must have a number of at least 0 as ${column} of arrival ${index + 1}, got ${JSON.stringify(text)}`,
  );
};

const invalid = (file: string, expectation: string): SluiceError =>
  new SluiceError("TraceInvalid", `trace ${file} ${expectation}`, { hint: "docs/traces.md tells the format" });
