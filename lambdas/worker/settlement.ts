import { type AttemptNote, appendNote } from "../../lib/core/job.ts";
import type { Outcome } from "../../lib/core/outcome.ts";
import { backoffSeconds, type RetryPolicy, throttleSeconds } from "../../lib/core/retry.ts";
import { lostNote } from "./lost-attempt.ts";
import type { Claimed, Settlement } from "./record-store.ts";

/** An attempt's outcome, with a result as the record keeps it. */
export type KeptOutcome =
  | Exclude<Outcome, { readonly kind: "succeeded" }>
  | { readonly kind: "succeeded"; readonly result: Extract<Settlement, { readonly status: "succeeded" }>["result"] }
  | {
      readonly kind: "succeeded";
      readonly resultReference: Extract<Settlement, { readonly resultReference: unknown }>["resultReference"];
    }
  | { readonly kind: "cancelled" };

/**
 * Decides how a claimed job is left, from the outcome of its attempt.
 *
 * @param random From the dice, in [0, 1): spreads the next attempt.
 */
export const settlementOf = (
  claim: Claimed,
  outcome: KeptOutcome,
  policy: RetryPolicy,
  nowMs: number,
  random: number,
): Settlement => {
  const { attempt, history: before } = claim;
  if (outcome.kind === "cancelled") return { status: "cancelled", attempts: attempt, history: before };
  if (outcome.kind === "succeeded") {
    const { kind: _, ...kept } = outcome;
    return { status: "succeeded", attempts: attempt, history: before, ...kept };
  }
  const { error } = outcome;
  const note: AttemptNote = { attempt, at: new Date(nowMs).toISOString(), ended: outcome.kind, error };
  const history = appendNote(before, note);
  if (outcome.kind === "throttled") {
    const waitMs = throttleSeconds(policy, claim.fence, outcome.retryAfterSeconds, random) * 1_000;
    return { status: "retrying", attempts: attempt - 1, history, error, notBeforeMs: nowMs + waitMs };
  }
  if (outcome.kind === "permanent" || attempt >= policy.attempts) {
    return { status: "dead", attempts: attempt, history, error };
  }
  const waitMs = backoffSeconds(policy, attempt, random) * 1_000;
  return { status: "retrying", attempts: attempt, history, error, notBeforeMs: nowMs + waitMs };
};

/** How a claimed job is left that does not start at all; undefined where it may start. */
export const settlementBefore = (claim: Claimed, policy: RetryPolicy): Settlement | undefined => {
  const { attempt, history } = claim;
  if (claim.isCancelRequested) return { status: "cancelled", attempts: attempt - 1, history };
  // Attempts that were lost while the job ran alone may have used up what the policy allows.
  if (attempt <= policy.attempts) return undefined;
  const { error } = history.at(-1) ?? lostNote(attempt - 1, "");
  return { status: "dead", attempts: attempt - 1, history, error };
};

/** How a claimed job goes back for which the invocation has no time left: nobody's attempt. */
export const putBackSettlement = ({ attempt, history }: Claimed, nowMs: number): Settlement => ({
  status: "retrying",
  attempts: attempt - 1,
  history,
  notBeforeMs: nowMs,
});
