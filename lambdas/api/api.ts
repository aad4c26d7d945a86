import type { ApiQueue } from "../../lib/core/environment.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import type { JobLog, JobTypeModule } from "../../lib/core/job-type.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { Message } from "./submission.ts";

/** What the api function works with. */
export type Api = {
  readonly inputs: Readonly<Record<string, JobTypeModule["input"]>>;
  readonly queues: Readonly<Record<string, ApiQueue>>;
  /** The same for all ids of the stage. */
  readonly salt: string;
  readonly sender: MessageSender;
  readonly records: RecordReader;
  readonly depths: DepthReader;
  readonly metrics: MetricReader;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: JobLog;
};

/** Sends messages to a queue. */
export type MessageSender = {
  /** Returns, for each message that could not be sent, why; in the order of the messages, undefined where it was sent. */
  readonly send: (queueUrl: string, messages: readonly Message[]) => Promise<readonly (string | undefined)[]>;
};

/** Reads the records of jobs. */
export type RecordReader = {
  readonly read: (id: string, options: { readonly isConsistent: boolean }) => Promise<JobRecord | undefined>;
  /** Dead jobs, newest first. @param before A cursor of an earlier page. */
  readonly listDead: (types: readonly string[], limit: number, before: string | undefined) => Promise<DeadPage>;
  /** Counts up to {@link DEAD_COUNT_CAP}. */
  readonly countDead: (type: string) => Promise<number>;
};

export type DeadPage = { readonly jobs: readonly JobRecord[]; readonly next: string | undefined };

/** Beyond this many dead jobs of a type, counting them would cost more than knowing is worth. */
export const DEAD_COUNT_CAP = 10_000;

/** How many messages a queue has, as SQS approximates it. */
export type Depth = { readonly visible: number; readonly inFlight: number; readonly delayed: number };
export type DepthReader = { readonly read: (queueUrl: string) => Promise<Depth> };

/** Null where the metric has no recent value, or cannot be read. */
export type QueueMetrics = { readonly concurrency: number | null; readonly oldestAgeSeconds: number | null };
export type MetricReader = {
  readonly read: (queues: Readonly<Record<string, ApiQueue>>) => Promise<Readonly<Record<string, QueueMetrics>>>;
};
