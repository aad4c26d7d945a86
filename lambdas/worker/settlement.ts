import { type AttemptNote, appendNote } from "../../lib/core/job.ts";
import { jobError, type Outcome } from "../../lib/core/outcome.ts";
import { backoffSeconds, type RetryPolicy, throttleSeconds } from "../../lib/core/retry.ts";
import type { Claimed, Settlement } from "./record-store.ts";

const LOST = jobError(
  "AttemptLost",
  "the environment ended before the attempt did: a crash, no memory, or the time-out",
);

/**
 * Decides how a claimed job is left, from the outcome of its attempt.
 *
 * @param outcome Undefined where earlier attempts, lost ones among them, have used up what the policy allows.
 * @param random From the dice, in [0, 1): spreads the next attempt.
 */
export const settlementOf = (
  claim: Claimed,
  outcome: Outcome | undefined,
  policy: RetryPolicy,
  nowMs: number,
  random: number,
): Settlement => {
  const before = withLostAttempt(claim);
  if (outcome === undefined) {
    const error = before.at(-1)?.error ?? LOST;
    return { status: "dead", attempts: claim.attempt - 1, history: before, error };
  }
  if (outcome.kind === "succeeded") {
    return { status: "succeeded", attempts: claim.attempt, history: before, result: outcome.result };
  }
  const { error } = outcome;
  const note: AttemptNote = { attempt: claim.attempt, at: new Date(nowMs).toISOString(), ended: outcome.kind, error };
  const history = appendNote(before, note);
  if (outcome.kind === "throttled") {
    const waitMs = throttleSeconds(policy, claim.fence, outcome.retryAfterSeconds, random) * 1_000;
    return { status: "retrying", attempts: claim.attempt - 1, history, error, notBeforeMs: nowMs + waitMs };
  }
  if (outcome.kind === "permanent" || claim.attempt >= policy.attempts) {
    return { status: "dead", attempts: claim.attempt, history, error };
  }
  const waitMs = backoffSeconds(policy, claim.attempt, random) * 1_000;
  return { status: "retrying", attempts: claim.attempt, history, error, notBeforeMs: nowMs + waitMs };
};

const withLostAttempt = ({ attempt, history, lostAttemptStartedAt }: Claimed): readonly AttemptNote[] =>
  lostAttemptStartedAt === undefined
    ? history
    : appendNote(history, { attempt: attempt - 1, at: lostAttemptStartedAt, ended: "lost", error: LOST });
