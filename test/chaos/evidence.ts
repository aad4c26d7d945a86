import type { JobRecord } from "../../lib/core/job.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Ledger } from "./ledger.ts";

/** A 202 for a job; more than one where a client sent an `Idempotency-Key` again. */
export type AcceptedJob = {
  readonly id: string;
  readonly behaviour: Behaviour;
  readonly key: string | undefined;
};

/** A cancellation that a 202 answered for. */
export type AcceptedCancel = {
  readonly id: string;
  /** What the answer said of the job: `cancelled`, or `running` where the worker is told. */
  readonly status: string;
  /** When the answer came, on the ledger's clock. */
  readonly atMs: number;
};

/** A dead job that several clients asked to run again, all at once. */
export type RequestedRedrive = {
  readonly id: string;
  /** Requests. */
  readonly asked: number;
  /** Requests that were answered, by a 202 or a refusal. */
  readonly answered: number;
  /** Numbers of the redrives that a 202 answered for. */
  readonly accepted: readonly number[];
  /** When the first was asked, on the ledger's clock. */
  readonly atMs: number;
};

export type DeadLetter = {
  readonly body: string;
  /** Of the worker; none where SQS itself moved the message. */
  readonly reason: string | undefined;
};

/** All that is known at the end of a campaign, from every side. */
export type Evidence = {
  readonly accepted: readonly AcceptedJob[];
  /** Every job's record once the queues were empty, by id. */
  readonly drained: ReadonlyMap<string, JobRecord>;
  /** The same at the very end, after the redrives that began once the queues were empty. */
  readonly records: ReadonlyMap<string, JobRecord>;
  readonly ledger: Ledger;
  /** Final settlements that workers told of, by job id. */
  readonly settlements: ReadonlyMap<string, number>;
  readonly cancels: readonly AcceptedCancel[];
  /** Redrives while faults were injected. */
  readonly redrives: readonly RequestedRedrive[];
  /** Redrives at the end: no faults, and a receiver that takes everything. */
  readonly lastRedrives: readonly RequestedRedrive[];
  /** Bodies of the malformed messages that were put into the queues. */
  readonly malformed: readonly string[];
  readonly deadLetters: readonly DeadLetter[];
  /** Messages that were in the queues when waiting for them was given up; 0 if they were empty. */
  readonly leftInQueues: number;
};

/** Where a promise was not kept. */
export type Violation = { readonly id: string; readonly why: string };

/** A promise of the product, and how it is looked for in the evidence. */
export type Invariant = {
  readonly name: string;
  readonly violations: (evidence: Evidence) => readonly Violation[];
};
