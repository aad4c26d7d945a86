import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lostNote } from "../../../lambdas/worker/lost-attempt.ts";
import { type KeptOutcome, settlementBefore, settlementOf } from "../../../lambdas/worker/settlement.ts";
import { jobError, type Outcome } from "../../../lib/core/outcome.ts";
import { DEFAULT_RETRY } from "../../../lib/core/retry.ts";
import { claimed } from "../../support/claimed.ts";

const error = jobError("Error", "no answer");
const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const settle = (overrides: Parameters<typeof claimed>[0], outcome: KeptOutcome, random = 0.5) =>
  settlementOf(claimed(overrides), outcome, DEFAULT_RETRY, NOW_MS, random);

describe("a job that does not start", () => {
  it("is cancelled where somebody asked for that while an earlier attempt ran", () => {
    const left = settlementBefore(claimed({ attempt: 2, isCancelRequested: true }), DEFAULT_RETRY);

    expect(left).toMatchObject({ status: "cancelled", attempts: 1 });
  });

  it("is dead with the lost attempt as its reason where lost attempts used up the policy", () => {
    const history = [lostNote(5, "2026-11-22T09:00:00.000Z")];

    const left = settlementBefore(claimed({ attempt: 6, history }), DEFAULT_RETRY);

    expect(left).toMatchObject({ status: "dead", attempts: 5, error: { code: "AttemptLost" }, history });
  });

  it("is none that has attempts left", () => {
    expect(settlementBefore(claimed({ attempt: 5 }), DEFAULT_RETRY)).toBeUndefined();
  });
});

describe("how a job is left", () => {
  it("succeeds with its result, at the attempt that ran", () => {
    expect(settle({ attempt: 2 }, { kind: "succeeded", result: { rows: 3 } })).toEqual({
      status: "succeeded",
      attempts: 2,
      history: [],
      result: { rows: 3 },
    });
  });

  it("waits with full jitter after a transient error, which costs an attempt", () => {
    expect(settle({ attempt: 2 }, { kind: "transient", error })).toEqual({
      status: "retrying",
      attempts: 2,
      notBeforeMs: NOW_MS + 2_000,
      error,
      history: [{ attempt: 2, at: "2026-11-22T10:00:00.000Z", ended: "transient", error }],
    });
  });

  it("is dead after the last attempt the policy allows", () => {
    expect(settle({ attempt: 5 }, { kind: "transient", error })).toMatchObject({ status: "dead", attempts: 5, error });
  });

  it("is dead at once after a permanent error", () => {
    expect(settle({ attempt: 1 }, { kind: "permanent", error })).toMatchObject({ status: "dead", attempts: 1 });
  });

  it("waits without being charged after a throttle, as long as was asked for", () => {
    const outcome: Outcome = { kind: "throttled", error, retryAfterSeconds: 30 };

    expect(settle({ attempt: 5 }, outcome, 0)).toMatchObject({
      status: "retrying",
      attempts: 4,
      notBeforeMs: NOW_MS + 30_000,
    });
  });

  it("is cancelled with its attempt, where the job was cancelled while it ran", () => {
    expect(settle({ attempt: 2 }, { kind: "cancelled" })).toMatchObject({ status: "cancelled", attempts: 2 });
  });

  it("is never charged more attempts than the policy allows, and never waits forever", () => {
    const outcome = fc.constantFrom<Outcome>(
      { kind: "succeeded", result: null },
      { kind: "permanent", error },
      { kind: "transient", error },
      { kind: "throttled", error, retryAfterSeconds: undefined },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        outcome,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, how, random) => {
          const left = settle({ attempt, fence: attempt }, how, random);

          expect(left.attempts).toBeLessThanOrEqual(DEFAULT_RETRY.attempts);
          expect(left.attempts).toBe(how.kind === "throttled" ? attempt - 1 : attempt);
          if (left.status === "retrying") expect(left.notBeforeMs - NOW_MS).toBeLessThanOrEqual(900_000);
        },
      ),
    );
  });
});
