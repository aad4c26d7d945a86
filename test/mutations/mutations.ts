/** One deliberate breakage of the worker: a line, as it is and as it must not be. */
export type Mutation = {
  readonly breaks: string;
  readonly file: string;
  readonly line: string;
  readonly broken: string;
  /** Where it must be caught. */
  readonly tests: readonly string[];
};

const PARTS = ["process-batch", "attempt", "alone", "settlement"].map((name) => `test/lambdas/worker/${name}.test.ts`);
/** Needs the table itself. */
const TABLE = ["test/e2e/record-store.test.ts"];

export const MUTATIONS: readonly Mutation[] = [
  {
    breaks: "no fencing: whoever comes late settles too",
    file: "lambdas/worker/record-updates.ts",
    line: `const HOLDS = "claims = :fence AND #status = :held";`,
    broken: `const HOLDS = "claims > :fence OR claims <= :fence OR #status = :held";`,
    tests: TABLE,
  },
  {
    breaks: "delete before settle: a job that could not be settled leaves the queue",
    file: "lambdas/worker/process-batch.ts",
    line: `    await putBack(worker, message, setbackSeconds(worker, message));\n    return "kept";`,
    broken: `    await putBack(worker, message, setbackSeconds(worker, message));\n    return "done" as "kept";`,
    tests: PARTS,
  },
  {
    breaks: "attempts counted by deliveries",
    file: "lambdas/worker/claimed.ts",
    line: `const charged = isRedrive ? 0 : (before?.attempts ?? 0) + (wasLost && ranAlone ? 1 : 0);`,
    broken: `const charged = isRedrive ? 0 : (before?.claims ?? 0) + (wasLost && ranAlone ? 0 : 0);`,
    tests: TABLE,
  },
  {
    breaks: "a throttle costs an attempt",
    file: "lambdas/worker/settlement.ts",
    line: `return { status: "retrying", attempts: attempt - 1, history, error, notBeforeMs: nowMs + waitMs };`,
    broken: `return { status: "retrying", attempts: attempt, history, error, notBeforeMs: nowMs + waitMs };`,
    tests: PARTS,
  },
  {
    breaks: "no lease: a running job is claimed again",
    file: "lambdas/worker/record-updates.ts",
    line: `const IS_FREE = "attribute_not_exists(pk) OR heldUntilMs < :now";`,
    broken: `const IS_FREE = "attribute_not_exists(pk) OR heldUntilMs < :now OR #status = :queued OR claims > :zero";`,
    tests: TABLE,
  },
  {
    breaks: "neighbours of a crash are charged",
    file: "lambdas/worker/claimed.ts",
    line: `(wasLost && ranAlone ? 1 : 0);`,
    broken: `(wasLost ? 1 : 0);`,
    tests: TABLE,
  },
  {
    breaks: "a job that was in flight in a crash runs in company again",
    file: "lambdas/worker/process-batch.ts",
    line: `if (!claim.isAlone) return await workOn(worker, message, claim, invocation);`,
    broken: `if (claim.attempt > 0) return await workOn(worker, message, claim, invocation);`,
    tests: PARTS,
  },
  {
    breaks: "a job starts that cannot finish before the time-out",
    file: "lambdas/worker/process-batch.ts",
    line: `if (remainingMs() < needsMs) return await giveBack(worker, message);`,
    broken: `if (remainingMs() < needsMs) worker.log("no time");`,
    tests: PARTS,
  },
  {
    breaks: "permanent errors are retried",
    file: "lambdas/worker/settlement.ts",
    line: `if (outcome.kind === "permanent" || attempt >= policy.attempts) {`,
    broken: `if (attempt >= policy.attempts) {`,
    tests: PARTS,
  },
  {
    breaks: "malformed messages are dropped",
    file: "lambdas/worker/process-batch.ts",
    line: `await worker.queue.deadLetter(message, decoded.malformed);`,
    broken: `worker.log("dropped");`,
    tests: PARTS,
  },
  {
    breaks: "a redrive number is honoured more than once",
    file: "lambdas/worker/record-updates.ts",
    line: `const isNext = redrive === 1 ? "attribute_not_exists(redrives)" : "redrives = :before";`,
    broken: `const isNext = redrive === 1 ? "claims > :zero" : "redrives = :before";`,
    tests: TABLE,
  },
  {
    breaks: "a claim whose answer was lost waits for itself",
    file: "lambdas/worker/claimed.ts",
    line: `if (record.status === "running" && record.holder === lease.holder) return claimedBefore(envelope, record);`,
    broken: ``,
    tests: TABLE,
  },
  {
    breaks: "backoff is not kept: any delivery starts the next attempt",
    file: "lambdas/worker/record-updates.ts",
    line: `heldUntilMs: number(settlement.notBeforeMs - CLOCK_SKEW_MS),`,
    broken: `heldUntilMs: number(0 * settlement.notBeforeMs * CLOCK_SKEW_MS),`,
    tests: TABLE,
  },
  {
    breaks: "a job that was cancelled while it ran runs again",
    file: "lambdas/worker/settlement.ts",
    line: `if (claim.isCancelRequested) return { status: "cancelled", attempts: attempt - 1, history };`,
    broken: ``,
    tests: PARTS,
  },
];
