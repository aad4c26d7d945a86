import type { Envelope } from "../../lib/core/envelope.ts";
import type { AttemptNote, JobStatus } from "../../lib/core/job.ts";
import type { JobError } from "../../lib/core/outcome.ts";
import type { PayloadReference } from "../../lib/core/payload.ts";

/** The lease that a claim asks for. */
export type Lease = {
  readonly nowMs: number;
  readonly untilMs: number;
  /** Made for this one claim: by it the store knows the claim again when an answer was lost and the call repeated. */
  readonly holder: string;
};

/** A job that this invocation has the lease of. */
export type Claimed = {
  readonly kind: "claimed";
  readonly envelope: Envelope;
  /** Attempts with this one. */
  readonly attempt: number;
  /** Grows with each claim: settling is conditional on it, so that only the latest holder of the lease can settle. */
  readonly fence: number;
  readonly holder: string;
  /** Of the attempts before this one, a lost one among them. */
  readonly history: readonly AttemptNote[];
  /** The attempt before this one never said how it ended. */
  readonly wasLost: boolean;
  /** An attempt was lost while other jobs ran beside it: this job must run alone. */
  readonly isAlone: boolean;
  /** Somebody asked to cancel the job while an earlier attempt ran. */
  readonly isCancelRequested: boolean;
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
  | { readonly status: "succeeded"; readonly result?: undefined; readonly resultReference: PayloadReference }
  | { readonly status: "dead"; readonly error: JobError }
  | { readonly status: "cancelled" }
  | { readonly status: "retrying"; readonly error: JobError; readonly notBeforeMs: number }
  /** It was claimed and could not start: it goes back as if it had not been. */
  | { readonly status: "retrying"; readonly error?: undefined; readonly notBeforeMs: number }
);

export type Settled = "settled" | "superseded";

/** The records of jobs, as a worker needs them. */
export type RecordStore = {
  /** Takes the lease of a job in one conditional write. */
  readonly claim: (envelope: Envelope, lease: Lease) => Promise<Claim>;
  /** Notes that a claimed job runs now, alone, with the lost attempt that is the reason. */
  readonly markAlone: (claim: Claimed) => Promise<Settled>;
  /** Writes how a job was left; `superseded` if the lease has gone to another invocation meanwhile. */
  readonly settle: (claim: Claimed, nowMs: number, settlement: Settlement) => Promise<Settled>;
  /** Tells whether somebody has asked to cancel a running job. */
  readonly isCancelRequested: (id: string) => Promise<boolean>;
};
