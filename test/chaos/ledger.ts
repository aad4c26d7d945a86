import type { Behaviour } from "./behaviour.ts";

/** One delivery as the receiver saw it. Times are in milliseconds since the campaign began. */
export type Effect = {
  readonly startMs: number;
  /** When the answer went out or the connection closed; infinite where neither has happened. */
  readonly endMs: number;
  /** The status of the answer; none where the connection closed before it. */
  readonly status: number | undefined;
};

/** What the receiver has seen of one job. */
export type JobLedger = { readonly behaviour: Behaviour; readonly effects: readonly Effect[] };

/** The receiver's own account of all jobs, by id: it is kept outside of the system under test. */
export type Ledger = ReadonlyMap<string, JobLedger>;
