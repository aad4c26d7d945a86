import type { ScalerQueue } from "../../lib/core/environment.ts";
import type { JobLog } from "../../lib/core/job-type.ts";
import type { MappingChange } from "../../lib/core/scaling/mapping-change.ts";
import type { decide } from "../../lib/core/scaling/policy.ts";
import type { QueueOutcome } from "../../lib/core/scaling/queue-memory.ts";
import type { AccountSeen, ManualControl, MappingSeen, ProbeResult } from "../../lib/core/scaling/queue-scaling.ts";
import type { SignalWindow } from "../../lib/core/signals.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { QueueDepth } from "../shared/queue-depth.ts";

/** What the scaler works with. */
export type Scaler = {
  readonly stage: string;
  readonly queues: Readonly<Record<string, ScalerQueue>>;
  readonly decide: typeof decide;
  readonly store: ScalerStore;
  readonly depths: { readonly read: (queueUrl: string, signal: AbortSignal) => Promise<QueueDepth> };
  readonly mappings: Mappings;
  readonly signals: SignalReader;
  /** Asks a worker function whether its downstream is back; never throws. */
  readonly probe: (functionArn: string, signal: AbortSignal) => Promise<ProbeResult>;
  /** The account's concurrency, which may be some minutes old. */
  readonly account: (signal: AbortSignal) => Promise<AccountSeen>;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: JobLog;
  /** Prints a line as it is. */
  readonly print: (line: string) => void;
};

/** What is kept of the queues from look to look, by job type. */
export type KeptQueues = Readonly<Record<string, QueueOutcome>>;

/** What the scaler keeps. Each write raises the version by one, and holds only if nobody else has. */
export type ScalerState = {
  readonly version: number;
  readonly decidedAtMs: number;
  readonly queues: KeptQueues;
  /** The account as it was last read; missing in states of earlier versions. */
  readonly account?: AccountSeen | undefined;
};

/** The right to decide, until it runs out. */
export type Lease = {
  readonly holder: string;
  readonly untilMs: number;
  /** From when on a run that the schedule began may take it over. */
  readonly yieldsAtMs: number;
};

/** All that the scaler keeps, and what people have set by hand, by job type. */
export type Kept = {
  readonly lease: Lease | undefined;
  readonly state: ScalerState | undefined;
  readonly manual: Readonly<Record<string, ManualControl>>;
};

export type ScalerStore = {
  readonly read: (signal: AbortSignal) => Promise<Kept>;
  /** Takes or renews the lease: false if another holds it. */
  readonly takeLease: (lease: Lease, options: TakeLease, signal: AbortSignal) => Promise<boolean>;
  /** Gives the lease back, if it is still this holder's. */
  readonly giveBackLease: (holder: string, signal: AbortSignal) => Promise<void>;
  /** Writes the next version of the state: false if another has written it. */
  readonly writeState: (state: ScalerState, writer: string, signal: AbortSignal) => Promise<boolean>;
};

export type TakeLease = { readonly nowMs: number; readonly mayTakeOver: boolean };

/** An event source mapping as it was found. */
export type FoundMapping = Omit<MappingSeen, "isEnabled"> & {
  readonly id: string;
  readonly functionArn: string;
  /** Undefined while a change is under way that does not tell. */
  readonly isEnabled: boolean | undefined;
};

/** How a change of a mapping ended: `busy` while Lambda is at another one, `missing` where the mapping is gone. */
export type ChangeEnd = "changed" | "busy" | "throttled" | "missing";

export type Mappings = {
  /** Undefined where no mapping reads the queue. */
  readonly find: (queueArn: string, signal: AbortSignal) => Promise<FoundMapping | undefined>;
  readonly change: (id: string, change: MappingChange, signal: AbortSignal) => Promise<ChangeEnd>;
};

export type SignalReader = {
  /** The windows of a job type that began at this moment or later, oldest first; in milliseconds since 1970. */
  readonly read: (type: string, sinceMs: number, signal: AbortSignal) => Promise<readonly SignalWindow[]>;
};
