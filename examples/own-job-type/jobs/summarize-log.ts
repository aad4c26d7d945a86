import { Permanent, type Run } from "sluice/job-type";
import * as z from "zod";

/** The access log of a web server, in the Common Log Format. */
export const input = z.strictObject({ text: z.string().min(1) });

/** host ident user [time] "method path protocol" status bytes */
const LINE = /^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ (?<path>\S+)[^"]*" (?<status>[1-5]\d\d) (?<bytes>\d+|-)/;
const PATHS_SHOWN = 5;

/** Counts requests by status and by path, and the bytes that were sent; lines that are none are counted, not fatal. */
export const run: Run<typeof input> = async ({ text }, job) => {
  const byStatus = new Map<string, number>();
  const byPath = new Map<string, number>();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  let unreadable = 0;
  let bytes = 0;
  for (const line of lines) {
    const fields = LINE.exec(line)?.groups;
    if (fields === undefined) unreadable += 1;
    else {
      count(byStatus, `${fields.status?.charAt(0)}xx`);
      count(byPath, fields.path?.split("?")[0] ?? "");
      bytes += Number(fields.bytes) || 0;
    }
  }
  // The same text would be no better the next time: no retry can help.
  if (unreadable === lines.length) throw new Permanent("no line is in the Common Log Format");
  job.log("summarized", { lines: lines.length, unreadable });
  return {
    requests: lines.length - unreadable,
    unreadable,
    bytes,
    byStatus: Object.fromEntries([...byStatus].sort()),
    topPaths: [...byPath].sort(([, one], [, other]) => other - one).slice(0, PATHS_SHOWN),
  };
};

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
