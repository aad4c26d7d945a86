import { describe, expect, it } from "vitest";
import type { DemoRecord } from "../../../lib/cli/demo/records.ts";
import { judge, percentile } from "../../../lib/cli/demo/verdict.ts";

const record = (id: string, fields: Partial<DemoRecord> = {}): DemoRecord => ({
  id,
  status: "succeeded",
  attempts: 1,
  submittedAtMs: 0,
  startedAtMs: 100,
  ...fields,
});
const ledgerOf = (...ids: readonly string[]) => {
  const delivered = new Map<string, number>();
  for (const id of ids) delivered.set(id, (delivered.get(id) ?? 0) + 1);
  return { delivered, badSignatures: 0 };
};
const replay = { accepted: ["a", "b"], refused: [], latestMs: 0 };
const once = new Map([
  ["a", 1],
  ["b", 1],
]);

describe("the demo's verdict", () => {
  it("is clean where every accepted job succeeded and was delivered", () => {
    const verdict = judge(replay, [record("a"), record("b", { startedAtMs: 300 })], ledgerOf("a", "b"), once);

    expect(verdict).toMatchObject({ jobs: 2, succeeded: 2, lost: 0, waitMs: { p50: 100, p95: 300 }, isClean: true });
  });

  it.each([
    ["has no record", [record("a")], ledgerOf("a", "b")],
    ["was never delivered", [record("a"), record("b")], ledgerOf("a")],
    ["is still running", [record("a"), record("b", { status: "running" })], ledgerOf("a", "b")],
  ])("counts a job as lost that %s", (_, records, ledger) => {
    expect(judge(replay, records, ledger, once)).toMatchObject({ lost: 1, isClean: false });
  });

  it("does not count a dead job as lost: its record says why", () => {
    const verdict = judge(replay, [record("a"), record("b", { status: "dead", attempts: 5 })], ledgerOf("a"), once);

    expect(verdict).toMatchObject({ dead: 1, retried: 1, lost: 0, isClean: true });
  });

  it.each([
    ["a bad signature", replay, { ...ledgerOf("a", "b"), badSignatures: 1 }, once],
    ["a refused submission", { ...replay, refused: ["503"] }, ledgerOf("a", "b"), once],
    ["a job settled twice", replay, ledgerOf("a", "b"), new Map([["a", 2]])],
  ])("is not clean with %s", (_, submissions, ledger, settlements) => {
    expect(judge(submissions, [record("a"), record("b")], ledger, settlements).isClean).toBe(false);
  });

  it("tells a delivery that was repeated, which at least once allows", () => {
    const verdict = judge(replay, [record("a"), record("b")], ledgerOf("a", "b", "b"), once);

    expect(verdict).toMatchObject({ deliveredTwice: 1, isClean: true });
  });
});

describe("percentiles", () => {
  it("are values that occurred", () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 50, 95, 99, 100]);
    expect(percentile([], 0.5)).toBe(0);
  });
});
