import type { DemandMemory } from "./demand.ts";
import type { PollerMemory } from "./pollers.ts";
import type { ProtectionMemory } from "./protection-memory.ts";
import type { AccountSeen, ManualControl, QueueBounds, QueueDecision, QueueSeen } from "./queue-scaling.ts";

/** What the policy keeps of a queue from one look to the next: plain JSON, so that it outlives the scaler. */
export type QueueMemory = {
  /** What was last decided, and since when its settings have been what they are. */
  readonly last?: QueueDecision | undefined;
  readonly sinceMs?: number | undefined;
  /** Invocations that the last decision allows at once, also where pollers bound them; undefined for no limit. */
  readonly limit?: number | undefined;
  /** Whether the mapping has been seen as last decided: what differs from then on, others have changed. */
  readonly isApplied?: boolean | undefined;
  readonly manual?: ManualControl["kind"] | undefined;
  /** The way back from a limit that was set by hand. */
  readonly easing?: Easing | undefined;
  /** The queue's share of the account's concurrency, while it is short or tight. */
  readonly share?: number | undefined;
  readonly isShort?: boolean | undefined;
  readonly demand?: DemandMemory | undefined;
  readonly protection?: ProtectionMemory | undefined;
  readonly pollers?: PollerMemory | undefined;
};

/** A limit that doubles every ten seconds until it binds no more. */
export type Easing = { readonly limit: number; readonly atMs: number };

/** One queue, as the policy is told of it. */
export type QueueInput = {
  readonly bounds: QueueBounds;
  readonly seen: QueueSeen;
  /** What the last decision returned; undefined for a queue that is new, or whose state was lost. */
  readonly memory: QueueMemory | undefined;
};

export type PolicyInput = {
  readonly nowMs: number;
  readonly account: AccountSeen;
  /** By job type. */
  readonly queues: Readonly<Record<string, QueueInput>>;
};

export type QueueOutcome = { readonly decision: QueueDecision; readonly memory: QueueMemory };
