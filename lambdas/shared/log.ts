import type { JobLog } from "../../lib/core/job-type.ts";

/** Writes each event as one line of JSON to standard output, where Lambda's log group takes it. */
export const consoleLog: JobLog = (event, fields = {}) => {
  console.log(JSON.stringify({ event, ...fields }));
};

/** Writes a line to standard output as it is: Lambda wraps what goes through the console, where CloudWatch finds no metrics. */
export const printLine = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Returns a log that adds the same fields to every event. */
export const logWith =
  (log: JobLog, fixed: Readonly<Record<string, unknown>>): JobLog =>
  (event, fields = {}) =>
    log(event, { ...fixed, ...fields });
