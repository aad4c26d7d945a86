import type { CleanUp } from "./clean-up.ts";
import { CASE_NAMES } from "./expectations.ts";
import type { PartEnd } from "./play-suite.ts";

const MARKS = { passed: "ok", failed: "FAILED", "not expected": "--" } as const;

/** The line of what has been played, or was not; what went wrong stands below it. */
export const lineOf = (end: PartEnd): string => {
  const time = end.kind === "not expected" ? "" : seconds(end.ms);
  const line = `  ${MARKS[end.kind].padEnd(7)}${time.padStart(7)}  ${end.does}`;
  return [line, ...moreOf(end).map(indented)].join("\n");
};

const moreOf = (end: PartEnd): readonly string[] => {
  if (end.kind === "not expected") return [`not expected here: ${end.because}`];
  if (end.kind === "passed") return end.remark === undefined ? [] : [end.remark];
  return CASE_NAMES.some((name) => name === end.name) ? [end.why, `again: --only ${end.name}`] : [end.why];
};

const INDENT = " ".repeat(18);
/** Lines of one failure that are shown: enough for what differs. */
const SHOWN_LINES = 30;

const indented = (text: string): string =>
  text
    .trimEnd()
    .split("\n")
    .slice(0, SHOWN_LINES)
    .map((line) => `${INDENT}${line}`)
    .join("\n");

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** What was taken away at the end, and what was not. */
export const cleanUpLines = ({ records, objects, deadLetters, staying, failures }: CleanUp): string =>
  [
    `cleaned up: records ${records}, payloads ${objects}, dead letters ${deadLetters}`,
    ...staying.map((what) => `  left: ${what}`),
    ...failures.map((what) => `  NOT cleaned up: ${what}`),
  ].join("\n");

/** The last line: how many parts went how. */
export const summaryOf = (ends: readonly PartEnd[], ms: number): string => {
  const count = (kind: PartEnd["kind"]): number => ends.filter((end) => end.kind === kind).length;
  const failed = ends.filter(({ kind }) => kind === "failed").map(({ name }) => name);
  const names = failed.length === 0 ? "" : ` (${failed.join(", ")})`;
  return `${count("passed")} passed, ${failed.length} failed${names}, ${count("not expected")} not expected here, in ${seconds(ms)}`;
};
