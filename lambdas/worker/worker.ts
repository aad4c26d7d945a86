import type { JobLog, JobTypeModule } from "../../lib/core/job-type.ts";
import type { PayloadStore } from "../shared/payload-store.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { InvocationReport } from "./invocation-report.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { RecordStore } from "./record-store.ts";
import type { RunApart } from "./run-apart.ts";

/** What a worker works with. */
export type Worker = {
  readonly module: JobTypeModule;
  readonly settings: {
    readonly jobType: string;
    /** The same for all ids of the stage. */
    readonly salt: string;
    readonly timeoutMs: number;
    readonly parallel: number;
    /** How long the place of a refused job stays empty, in milliseconds. */
    readonly restMs: number;
    readonly visibilityTimeoutMs: number;
    /** How long the queue holds a message. */
    readonly retentionMs: number;
  };
  readonly records: RecordStore;
  readonly payloads: PayloadStore;
  readonly queue: MessageQueue;
  readonly runApart: RunApart;
  readonly report: InvocationReport;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: JobLog;
  readonly environment: Readonly<Record<string, string | undefined>>;
};
