import type { ApiQueue } from "../../lib/core/environment.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import type { JobLog, JobTypeModule } from "../../lib/core/job-type.ts";
import type { ManualControl, QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";
import type { PayloadStore } from "../shared/payload-store.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { QueueDepth } from "../shared/queue-depth.ts";

/** What the api function works with. */
export type Api = {
  readonly inputs: Readonly<Record<string, JobTypeModule["input"]>>;
  readonly queues: Readonly<Record<string, ApiQueue>>;
  /** The same for all ids of the stage. */
  readonly salt: string;
  /** Redrives that one job may have. */
  readonly redriveLimit: number;
  readonly sender: MessageSender;
  readonly records: RecordReader;
  readonly writer: RecordWriter;
  readonly payloads: PayloadStore;
  readonly deadLetters: DeadLetterQueue;
  readonly depths: DepthReader;
  readonly metrics: MetricReader;
  readonly scaling: ScalingStore;
  /** Lets the scaler look at a queue now instead of at the next minute; never throws. */
  readonly wakeScaler: (type: string) => Promise<void>;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: JobLog;
};

/** A message as a queue takes it. */
export type OutgoingMessage = {
  readonly body: string;
  readonly tenant?: string | undefined;
  readonly delaySeconds?: number | undefined;
  readonly attributes?: MessageAttributes | undefined;
};

/** A message's own attributes, by name. */
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;
export type MessageAttribute = {
  readonly dataType: string;
  readonly stringValue?: string | undefined;
  readonly binaryValue?: Uint8Array | undefined;
};

/** Sends messages to a queue. */
export type MessageSender = {
  /** Returns, for each message that could not be sent, why; in the order of the messages, undefined where it was sent. */
  readonly send: (queueUrl: string, messages: readonly OutgoingMessage[]) => Promise<readonly (string | undefined)[]>;
};

/** Reads the records of jobs. */
export type RecordReader = {
  readonly read: (id: string, options: { readonly isConsistent: boolean }) => Promise<JobRecord | undefined>;
  /** Dead jobs, newest first, without those that await a redrive; as the index shows them, which may lag behind. */
  readonly listDead: (query: DeadQuery) => Promise<DeadPage>;
  /** Counts dead jobs that await no redrive, up to {@link DEAD_COUNT_CAP}. */
  readonly countDead: (type: string) => Promise<number>;
};

/** Which dead jobs are asked for. */
export type DeadQuery = {
  readonly types: readonly string[];
  /** The most jobs that come back. */
  readonly limit: number;
  /** Of an earlier page: what comes after it. */
  readonly cursor?: string | undefined;
  /** ISO 8601 in UTC, with milliseconds; this moment not included. */
  readonly diedBefore?: string | undefined;
  /** ISO 8601 in UTC, with milliseconds; this moment included. */
  readonly diedAfter?: string | undefined;
  /** Of the error that they died of. */
  readonly fingerprint?: string | undefined;
};

/** A page may hold fewer jobs than asked for, even none, and still have a `next`. */
export type DeadPage = { readonly jobs: readonly JobRecord[]; readonly next: string | undefined };

/** Beyond this many dead jobs of a type, counting them would cost more than knowing is worth. */
export const DEAD_COUNT_CAP = 10_000;

/** A job as it was seen before a write; `queued` with no claims where it had no record. */
export type SeenJob = Pick<JobRecord, "id" | "type" | "status" | "claims" | "submittedAt">;

/** Writes what the API may change of a job. Each write holds only if the job is as it was seen: false tells it is not. */
export type RecordWriter = {
  /** Ends a job as cancelled; where it runs, asks its worker to. */
  readonly cancel: (seen: SeenJob, nowMs: number) => Promise<boolean>;
  /** Notes that a dead job was sent to its queue again, for this redrive. */
  readonly markRedrive: (dead: JobRecord, redrive: number, nowMs: number) => Promise<boolean>;
};

/** A message of a dead-letter queue, received. */
export type DeadLetter = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly sentAtMs: number;
  /** Times that it was received, this one among them, as SQS counts. */
  readonly receives: number;
  readonly tenant: string | undefined;
  readonly attributes: MessageAttributes;
};

/** Works on messages of dead-letter queues. */
export type DeadLetterQueue = {
  /** Receives up to ten messages, which nobody else receives for {@link DEAD_LETTER_HIDDEN_SECONDS}. */
  readonly receive: (queueUrl: string, most: number) => Promise<readonly DeadLetter[]>;
  /** Ends the hiding of received messages; one that fails comes back by itself when its time is over. */
  readonly giveBack: (queueUrl: string, receiptHandles: readonly string[]) => Promise<void>;
  /** Returns, for each message that could not be deleted, why; in their order, undefined where it was deleted. */
  readonly remove: (queueUrl: string, receiptHandles: readonly string[]) => Promise<readonly (string | undefined)[]>;
};

/** Longer than a request can take. */
export const DEAD_LETTER_HIDDEN_SECONDS = 30;

export type DepthReader = { readonly read: (queueUrl: string) => Promise<QueueDepth> };

/** Null where the metric has no recent value, or cannot be read. */
export type QueueMetrics = { readonly concurrency: number | null; readonly oldestAgeSeconds: number | null };
export type MetricReader = {
  readonly read: (queues: Readonly<Record<string, ApiQueue>>) => Promise<Readonly<Record<string, QueueMetrics>>>;
};

/** What is known of how the queues scale. */
export type ScalingView = {
  /** By job type: what the scaler last decided. */
  readonly decisions: Readonly<Record<string, QueueDecision>>;
  /** When the scaler last wrote them, ISO 8601 in UTC; undefined before it first did. */
  readonly decidedAt: string | undefined;
  /** By job type: what is set by hand. */
  readonly manual: Readonly<Record<string, ManualControl>>;
};

/** Reads what the scaler decided, and writes what a person sets. */
export type ScalingStore = {
  readonly read: () => Promise<ScalingView>;
  /** Sets something by hand in place of what was. @returns what is set then: a pause that was there stays as it is */
  readonly setManual: (type: string, control: ManualControl) => Promise<ManualControl>;
  readonly lift: (type: string) => Promise<void>;
};
