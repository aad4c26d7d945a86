import type { Ledger } from "./receiver.ts";
import type { DemoRecord } from "./records.ts";
import type { Replay } from "./replay.ts";

/** What a demo found, once the last job is done or waiting was given up. */
export type Verdict = {
  readonly jobs: number;
  readonly succeeded: number;
  readonly retried: number;
  readonly dead: number;
  /** Accepted, and neither in a final state nor delivered; or said to have succeeded without the receiver knowing. */
  readonly lost: number;
  readonly refused: number;
  readonly badSignatures: number;
  readonly settledTwice: number;
  readonly deliveredTwice: number;
  readonly waitMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly isClean: boolean;
};

/** Compares three independent accounts of the same jobs: what the API accepted, the records, and the receiver's ledger. */
export const judge = (
  replay: Replay,
  records: readonly DemoRecord[],
  ledger: Ledger,
  finalSettlements: ReadonlyMap<string, number>,
): Verdict => {
  const byId = new Map(records.map((record) => [record.id, record]));
  const statusOf = (id: string): string | undefined => byId.get(id)?.status;
  const isLost = (id: string): boolean => {
    if (statusOf(id) === "dead") return false;
    return statusOf(id) !== "succeeded" || !ledger.delivered.has(id);
  };
  const lost = replay.accepted.filter(isLost).length;
  const settledTwice = [...finalSettlements.values()].filter((times) => times > 1).length;
  const deliveredTwice = [...ledger.delivered.values()].filter((times) => times > 1).length;
  const waits = records
    .filter(({ attempts }) => attempts === 1)
    .map((record) => record.startedAtMs - record.submittedAtMs);
  const { badSignatures } = ledger;
  return {
    jobs: replay.accepted.length,
    succeeded: replay.accepted.filter((id) => statusOf(id) === "succeeded").length,
    retried: records.filter(({ attempts }) => attempts > 1).length,
    dead: records.filter(({ status }) => status === "dead").length,
    lost,
    refused: replay.refused.length,
    badSignatures,
    settledTwice,
    deliveredTwice,
    waitMs: { p50: percentile(waits, 0.5), p95: percentile(waits, 0.95), p99: percentile(waits, 0.99) },
    isClean: lost === 0 && replay.refused.length === 0 && badSignatures === 0 && settledTwice === 0,
  };
};

/** Returns the value that a share of the values does not exceed (nearest rank); 0 of none. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
};
