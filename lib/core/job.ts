import type { JobError } from "./outcome.ts";
import type { PayloadReference } from "./payload.ts";

/** Every status a job can have, in the order in which a job meets them. */
export const JOB_STATUSES = ["queued", "running", "retrying", "succeeded", "dead", "cancelled"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

const TRANSITIONS: Record<JobStatus, readonly JobStatus[]> = {
  queued: ["running", "cancelled"],
  running: ["running", "retrying", "succeeded", "dead", "cancelled"],
  retrying: ["running", "dead", "cancelled"],
  succeeded: [],
  dead: ["running"],
  cancelled: [],
};

/**
 * Tells whether a job may go from one status to another.
 *
 * `running → running` is a lease that ran out and was taken over; `dead → running` is a redrive.
 */
export const mayBecome = (from: JobStatus, to: JobStatus): boolean => TRANSITIONS[from].includes(to);

/** Tells whether a delivery of a job with this status has nothing left to do. */
export const isFinished = (status: JobStatus): boolean =>
  status === "succeeded" || status === "dead" || status === "cancelled";

/** How one attempt that did not succeed ended. */
export type AttemptNote = {
  readonly attempt: number;
  readonly at: string;
  /** `lost`: the environment died (crash, out of memory, killed at the time-out) before it could say how it went. */
  readonly ended: "transient" | "throttled" | "permanent" | "lost";
  readonly error: JobError;
};

/** The most attempt notes a record keeps; the oldest go first. */
export const HISTORY_LENGTH = 10;

/** Returns a history with one more note, cut to {@link HISTORY_LENGTH}. */
export const appendNote = (history: readonly AttemptNote[], note: AttemptNote): readonly AttemptNote[] =>
  [...history, note].slice(-HISTORY_LENGTH);

/** A job as the table keeps it. Times are ISO 8601 in UTC, unless the name says otherwise. */
export type JobRecord = {
  readonly id: string;
  readonly type: string;
  readonly tenant?: string;
  readonly status: JobStatus;
  /** Attempts charged to the job so far, without the one that runs. A throttled or expired delivery is not one. */
  readonly attempts: number;
  /** Claims so far, throttled ones too; settling is conditional on it. */
  readonly claims: number;
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Nobody may claim the job before: the end of the lease while it runs, of the backoff while it waits; gone once it is final. */
  readonly heldUntilMs?: number;
  readonly result?: unknown;
  /** Where the result is, if it is too large for the record. */
  readonly resultReference?: PayloadReference;
  readonly error?: JobError;
  readonly history: readonly AttemptNote[];
  /** Made anew with each claim: by it a holder knows its own lease again when an answer was lost on the way. */
  readonly holder?: string;
  /** What the latest claim found: by it, too, a holder learns what an answer said that was lost. */
  readonly claimedFrom?: JobStatus;
  /** There once an attempt was lost: the job runs alone from then on. It is the claim that last did so, 0 while none has. */
  readonly aloneClaim?: number;
  /** Somebody asked to cancel the job while it ran. */
  readonly cancelRequestedAt?: string;
  /** Redrives that a claim has honoured; left out where there were none. */
  readonly redrives?: number;
  /** The redrive that was sent last; above `redrives` until a claim honours it. */
  readonly redriveRequested?: number;
  /** Of the input, where the job was submitted with an idempotency key. */
  readonly inputDigest?: string;
  /** Kept for the dead only: redrive needs it. */
  readonly input?: unknown;
  /** Where a dead job's input is, if it is too large for the record. */
  readonly inputReference?: PayloadReference;
};

/** Tells whether a dead job has been sent to the queue again and no worker has met it yet. */
export const awaitsRedrive = ({ status, redrives = 0, redriveRequested = 0 }: JobRecord): boolean =>
  status === "dead" && redriveRequested > redrives;

/** Returns how many attempts a job has had, the one that runs among them. */
export const attemptsOf = ({ status, attempts }: Pick<JobRecord, "status" | "attempts">): number =>
  attempts + (status === "running" ? 1 : 0);
