import { chart } from "./chart.ts";
import type { Sample } from "./live-view.ts";
import type { Verdict } from "./verdict.ts";

/** From here on the report says that the replay could not keep up. */
const LATE_MS = 1_000;

/** Writes the demo's report. @param latestMs How late the latest submission was sent */
export const report = (verdict: Verdict, samples: readonly Sample[], latestMs: number): string => {
  const { waitMs } = verdict;
  const peak = (pick: (sample: Sample) => number): number => Math.max(0, ...samples.map(pick));
  const row = (name: string, value: string | number, note = ""): string =>
    `  ${name.padEnd(16)}${String(value).padStart(8)}${note === "" ? "" : `   ${note}`}`;
  return [
    "",
    row("jobs", verdict.jobs, "accepted by the API"),
    row("succeeded", verdict.succeeded),
    row("retried", verdict.retried),
    row("dead", verdict.dead),
    row("lost", verdict.lost, "accepted, but not in the receiver's ledger or not in a final state"),
    ...(verdict.refused > 0 ? [row("refused", verdict.refused, "never accepted, after retries")] : []),
    row("bad signatures", verdict.badSignatures),
    row("settled twice", verdict.settledTwice),
    ...(verdict.deliveredTwice > 0
      ? [row("delivered twice", verdict.deliveredTwice, "at least once, as promised")]
      : []),
    ...(latestMs > LATE_MS
      ? [row("sent late by", `${(latestMs / 1_000).toFixed(1)} s`, "this machine was too slow for the traffic")]
      : []),
    "",
    row("wait p50", `${waitMs.p50} ms`, "from submission to start"),
    row("wait p95", `${waitMs.p95} ms`),
    row("wait p99", `${waitMs.p99} ms`),
    row(
      "peak depth",
      peak(({ depth }) => depth),
    ),
    row(
      "peak concurrency",
      peak(({ concurrency }) => concurrency),
    ),
    "",
    chart(
      "queue depth",
      samples.map(({ depth }) => depth),
    ),
    chart(
      "concurrency",
      samples.map(({ concurrency }) => concurrency),
    ),
    `           0 s${`${((samples.at(-1)?.elapsedMs ?? 0) / 1_000).toFixed(0)} s`.padStart(69)}`,
    "",
  ].join("\n");
};
