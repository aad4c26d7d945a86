import { ESM_MAXIMUM_CONCURRENCY } from "../limits.ts";
import type { SignalWindow } from "../signals.ts";

/** The least and the most that a limit can be: what `MaximumConcurrency` takes. */
export const { min: LEAST_LIMIT, max: MOST_LIMIT } = ESM_MAXIMUM_CONCURRENCY;

/** What the stage says about how a job type may scale. */
export type QueueBounds = {
  /** Invocations at once that a shortage of concurrency leaves it at least. */
  readonly floor: number;
  /** Invocations at once that it never passes: the stage's `maxConcurrency`; undefined where there is none. */
  readonly ceiling: number | undefined;
  /** Paid pollers, which exclude a limit; undefined where the mapping is a standard one. */
  readonly provisioned: Pollers | undefined;
  /** Jobs that one invocation runs at once. */
  readonly parallel: number;
  readonly batchSize: number;
  /** The longest that one attempt runs. */
  readonly timeoutSeconds: number;
  readonly targetWaitSeconds: number;
};

export type Pollers = { readonly min: number; readonly max: number };

/** What a person has set by hand: it wins over the policy until it is lifted. */
export type ManualControl =
  | { readonly kind: "pause"; readonly sinceMs: number }
  | { readonly kind: "limit"; readonly limit: number; readonly sinceMs: number };

/** An event source mapping as Lambda shows it. */
export type MappingSeen = {
  /** `MaximumConcurrency`; undefined where none is set. */
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  /** A change is under way, and Lambda takes no other. */
  readonly isChanging: boolean;
  readonly pollers: Pollers | undefined;
};

/** How a look at the downstream ended: `none` where the job type has no `probe`, `unknown` where it could not be run. */
export type ProbeResult = "up" | "down" | "none" | "unknown";

/** What the scaler sees of one queue at one time. */
export type QueueSeen = {
  /** Messages that may be received, as SQS says now. */
  readonly visible: number;
  /** Messages that are being worked on or hidden until their next attempt. */
  readonly inFlight: number;
  readonly delayed: number;
  /** Windows since {@link windowsFromMs}, oldest first; the newest may be incomplete. Windows without signals may be missing. */
  readonly windows: readonly SignalWindow[];
  /** Where the first window begins that was asked for, in milliseconds since 1970. */
  readonly windowsFromMs: number;
  readonly mapping: MappingSeen;
  /** There where the last decision asked for a probe. */
  readonly probe: ProbeResult | undefined;
  readonly manual: ManualControl | undefined;
};

/** How a queue stands: `open` at what the stage allows, `limited` below it, `paused`, or `probing` after a pause. */
export type QueueMode = "open" | "limited" | "paused" | "probing";

/** What is to be of one queue, and why. */
export type QueueDecision = {
  readonly mode: QueueMode;
  /** The mapping's `MaximumConcurrency`, 2–1,000; undefined removes it. */
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  /** The pollers of a provisioned mapping; undefined for a standard one. */
  readonly pollers: Pollers | undefined;
  /** In words, for a person: what was seen, and what follows. */
  readonly reason: string;
  /** Whether the job type's `probe` is to be called before the next decision. */
  readonly wantsProbe: boolean;
  /** Whether the queue is pressed, paused or short, so that it is to be looked at again in {@link CLOSE_LOOK_MS}. */
  readonly needsCloseLook: boolean;
  readonly isManual: boolean;
};

/** How often a scaler looks while a queue needs it; otherwise once a minute. */
export const CLOSE_LOOK_MS = 10_000;

/** The concurrency of the account, as Lambda tells it. */
export type AccountSeen = {
  /** `AccountLimit.ConcurrentExecutions`. */
  readonly concurrency: number;
  /** `AccountLimit.UnreservedConcurrentExecutions`. */
  readonly unreserved: number;
};
