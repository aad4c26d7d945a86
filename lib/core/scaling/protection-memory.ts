import type { Mark, Span } from "./capacity.ts";
import type { QueueBounds, QueueMode, QueueSeen } from "./queue-scaling.ts";

/** What protection wants of a queue, before a shortage of concurrency or a person cuts it further. */
export type ProtectionWish = {
  readonly mode: QueueMode;
  /** Invocations at once; undefined where neither the stage nor the downstream sets a limit. */
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  readonly reason: string;
  readonly wantsProbe: boolean;
  /** Whether something is going on that a look in ten seconds may settle. */
  readonly isPressed: boolean;
};

/** What protection knows of a queue from earlier looks: plain JSON, so that it outlives the scaler. */
export type ProtectionMemory = {
  /** What the last look wanted: looks that follow too closely repeat it. */
  readonly wish: ProtectionWish;
  /** Since when the present look counts. */
  readonly look: Mark;
  /** How long an accepted attempt ran when attempts were last accepted. */
  readonly serviceMs?: number | undefined;
  /** Jobs that the downstream had accepted at once when it was last well. */
  readonly busy?: number | undefined;
  /** Since when the downstream asks to slow down. */
  readonly pressedFrom?: Mark | undefined;
  /** Since when every look has had refusals, few or many. */
  readonly refusedFrom?: Mark | undefined;
  /** The limit when the downstream was last content. */
  readonly calm?: { readonly atMs: number; readonly limit?: number | undefined } | undefined;
  /** The limit that the downstream was last found to bear, kept while the queue is open. */
  readonly capacity?: number | undefined;
  readonly limiter?: LimiterMemory | undefined;
  readonly breaker?: BreakerMemory | undefined;
  /** When the last outage ended. */
  readonly recoveredMs?: number | undefined;
};

/** A limit below what the stage allows. */
export type LimiterMemory = {
  readonly limit: number;
  /** Since when the mapping is seen to follow the limit, if it does. */
  readonly from: Mark;
  readonly isFollowed: boolean;
  /** Whether the limit is a try above a level that was good. */
  readonly isRising: boolean;
  readonly good?: number | undefined;
  /** How much of the limit was in use at the last level that was good: batches seldom keep all of an invocation busy. */
  readonly fill?: number | undefined;
  /** The lowest level that failed since the capacity was last seen to grow. */
  readonly bad?: number | undefined;
  /** How far the next try goes, as a share of the limit. */
  readonly step: number;
  /** How long to stay after a try that failed. */
  readonly restMs: number;
  readonly restedFromMs: number;
  /** What the last try cost, and the attempts since it began that it is to be measured by. */
  readonly spent: { readonly refused: number; readonly attempts: number };
  /** Since when the queue needs far less than the limit. */
  readonly idleFromMs?: number | undefined;
  /** Since when more waits than the limit takes at once. */
  readonly busyFromMs?: number | undefined;
};

/** An outage: the queue is paused, or tries with the least that Lambda allows whether it is over. */
export type BreakerMemory = {
  readonly phase: "paused" | "probing";
  readonly sinceMs: number;
  /** When the phase was decided. */
  readonly startedMs: number;
  /** The limit to return to; undefined for none. */
  readonly before?: number | undefined;
  /** When a try was decided, or since when the mapping is seen to be paused. */
  readonly from: Mark;
  /** Since when the mapping is seen to be as the phase wants it. */
  readonly followedMs?: number | undefined;
  /** Whether calls ran out of time when it began, rather than that they were refused: then a try takes that long, too. */
  readonly isHanging?: boolean | undefined;
};

/** One look at a queue. */
export type Look = {
  readonly nowMs: number;
  readonly bounds: QueueBounds;
  readonly seen: QueueSeen;
  /** What attempts met since the last look. */
  readonly span: Span;
  /** Whether the downstream asked more than now and then to slow down. */
  readonly isPressed: boolean;
  /** How long an invocation runs a full batch: attempts tell what they met at its end. */
  readonly roundMs: number | undefined;
};

/** Returns whether the mapping runs at a limit or below it: a shortage elsewhere may have lowered it further. */
export const isInForce = ({ seen, bounds }: Look, limit: number | undefined): boolean => {
  const { mapping } = seen;
  if (mapping.isChanging || !mapping.isEnabled) return false;
  if (bounds.provisioned !== undefined || limit === undefined) return true;
  return mapping.limit !== undefined && mapping.limit <= limit;
};
