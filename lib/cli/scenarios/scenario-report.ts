import { chart } from "../demo/chart.ts";
import type { ScenarioResult } from "./play-scenario.ts";

/** Writes what became of a scenario: the chart of each queue, the scaler's changes, and the sums. */
export const scenarioReport = (result: ScenarioResult): string => {
  const { queues, changes, receiver, jobs } = result;
  const row = (name: string, value: string | number, note = ""): string =>
    `  ${name.padEnd(20)}${String(value).padStart(8)}${note === "" ? "" : `   ${note}`}`;
  return [
    "",
    ...queues.flatMap(({ type, samples }) => [
      chart(
        `${type}: jobs that wait`,
        samples.map(({ visible }) => visible),
      ),
      chart(
        `${type}: invocations at once`,
        samples.map(({ running }) => running),
      ),
      "",
    ]),
    changes.length === 0 ? "  the scaler changed nothing" : "  what the scaler changed",
    ...changes.map(({ atMs, queue, reason, limit, isEnabled }) => {
      const to = isEnabled ? (limit === undefined ? "no limit" : `limit ${limit}`) : "paused";
      return `    ${seconds(atMs)} s  ${queue}  ${to.padEnd(9)} ${reason}`;
    }),
    "",
    row("jobs", jobs.accepted, "accepted"),
    row("succeeded", jobs.succeeded),
    row("dead", jobs.dead, jobs.poison > 0 ? `of ${jobs.poison} poison jobs` : ""),
    row("not ended", jobs.accepted - jobs.succeeded - jobs.dead),
    row("attempts", jobs.attempts),
    row(
      "refused",
      receiver.refused,
      `requests that the receiver turned away, ${share(receiver.refused, jobs.attempts)} of all attempts`,
    ),
    row("at once, at most", receiver.peak, "requests that the receiver worked on"),
    row("seconds", (result.lastedMs / 1_000).toFixed(0), "until the last job had ended"),
    "",
  ].join("\n");
};

const seconds = (ms: number): string => (ms / 1_000).toFixed(0).padStart(4);

const share = (part: number, whole: number): string => (whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`);
