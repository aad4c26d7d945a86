import type { Envelope } from "../../lib/core/envelope.ts";
import type { AttemptNote, JobStatus } from "../../lib/core/job.ts";
import type { JobError } from "../../lib/core/outcome.ts";

/** A job that this invocation has the lease of. */
export type Claimed = {
  readonly kind: "claimed";
  readonly envelope: Envelope;
  /** Attempts with this one. */
  readonly attempt: number;
  /** Grows with each claim: settling is conditional on it, so that only the latest holder of the lease can settle. */
  readonly fence: number;
  readonly history: readonly AttemptNote[];
  /** When the attempt before this one started, if it never said how it ended. */
  readonly lostAttemptStartedAt: string | undefined;
};

export type Claim =
  | Claimed
  /** The job is over: the delivery is a duplicate or came too late. */
  | { readonly kind: "finished"; readonly status: JobStatus }
  /** Another invocation runs it, or its backoff is not over. */
  | { readonly kind: "not-yet"; readonly untilMs: number };

/** How a claimed job is left. */
export type Settlement = { readonly attempts: number; readonly history: readonly AttemptNote[] } & (
  | { readonly status: "succeeded"; readonly result: unknown }
  | { readonly status: "dead"; readonly error: JobError }
  | { readonly status: "retrying"; readonly error: JobError; readonly notBeforeMs: number }
);

/** The records of jobs, as a worker needs them. */
export type RecordStore = {
  /** Takes the lease of a job in one conditional write. */
  readonly claim: (envelope: Envelope, nowMs: number, leaseUntilMs: number) => Promise<Claim>;
  /** Writes how a job was left; `superseded` if the lease has gone to another invocation meanwhile. */
  readonly settle: (claim: Claimed, nowMs: number, settlement: Settlement) => Promise<"settled" | "superseded">;
};
