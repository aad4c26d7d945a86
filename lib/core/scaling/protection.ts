import { attemptsIn, NO_SIGNALS } from "../signals.ts";
import { isFailing, isOut, startPause, stepBreaker } from "./breaker.ts";
import { acceptedLately, markAt, type Span, serviceMs, since } from "./capacity.ts";
import { boreSince, firstLimit, startLimit, stepLimit } from "./limiter.ts";
import { hasRefusals, isPressed, isSudden } from "./pressure.ts";
import {
  type BreakerMemory,
  isInForce,
  type LimiterMemory,
  type Look,
  type ProtectionMemory,
  type ProtectionWish,
} from "./protection-memory.ts";
import { wishOf } from "./protection-wish.ts";
import { ceilingOf, jobsAtOnce, roundsOf } from "./queue-bounds.ts";
import { LEAST_LIMIT, type QueueBounds, type QueueSeen } from "./queue-scaling.ts";

export type { ProtectionMemory, ProtectionWish } from "./protection-memory.ts";

export type ProtectionInput = {
  readonly nowMs: number;
  readonly bounds: QueueBounds;
  readonly seen: QueueSeen;
  /** What {@link protect} returned last; undefined at first. */
  readonly memory: ProtectionMemory | undefined;
};

export type Protection = { readonly wish: ProtectionWish; readonly memory: ProtectionMemory };

/** Two looks in quick succession, as a wake-up may cause, are one. */
const LEAST_LOOK_MS = 5_000;
const FIRST_LOOK_MS = 10_000;
/** A limit that was good so lately is the one from before the outage. */
const CALM_KEPT_MS = 150_000;
/** An outage so soon after another was brought on by the return. */
const RELAPSE_MS = 300_000;

/**
 * Says what the downstream's state asks of a queue: nothing, a limit near what it bears, or a pause.
 *
 * Only what the downstream itself says counts: refusals, and in an outage time-outs. Failures of jobs do not. Latency is
 * left aside, since how long work takes says more about the work than about who does it.
 */
export const protect = ({ nowMs, bounds, seen, memory }: ProtectionInput): Protection => {
  const earlier = memory ?? firstMemory(nowMs, bounds);
  const span = withoutOldTimeOuts(since(seen, earlier.look, nowMs), nowMs, bounds, earlier.recoveredMs);
  if (memory !== undefined && span.elapsedMs < LEAST_LOOK_MS) return repeated(nowMs, seen, memory, span);
  const service = serviceMs(seen.windows) ?? earlier.serviceMs;
  const roundMs = service === undefined ? undefined : service * roundsOf(bounds);
  const look: Look = { nowMs, bounds, seen, span, isPressed: isPressed(span.counts), roundMs };
  const isTroubled = look.isPressed || isFailing(span.counts) || isSudden(nowMs, seen);
  const mark = markAt(seen.windows, nowMs);
  const known: ProtectionMemory = {
    ...earlier,
    look: mark,
    serviceMs: service,
    pressedFrom: isTroubled ? (earlier.pressedFrom ?? mark) : undefined,
    refusedFrom: hasRefusals(span.counts) || isTroubled ? (earlier.refusedFrom ?? mark) : undefined,
  };
  if (known.breaker !== undefined) return inOutage(look, known, known.breaker);
  if (isOut(look, known)) return beginOutage(look, known);
  return working(look, isTroubled ? known : well(look, known));
};

const repeated = (nowMs: number, seen: QueueSeen, memory: ProtectionMemory, { counts }: Span): Protection => {
  if (!hasRefusals(counts)) return { wish: memory.wish, memory };
  const refusedFrom = memory.refusedFrom ?? markAt(seen.windows, nowMs);
  return { wish: { ...memory.wish, isPressed: true }, memory: { ...memory, refusedFrom } };
};

/** What runs out of time soon after an outage had begun in it. */
const withoutOldTimeOuts = (
  span: Span,
  nowMs: number,
  { timeoutSeconds }: QueueBounds,
  recoveredMs: number | undefined,
): Span =>
  recoveredMs === undefined || nowMs - recoveredMs > timeoutSeconds * 1_000 + LEAST_LOOK_MS
    ? span
    : { ...span, counts: { ...span.counts, timedOut: 0 } };

const working = (look: Look, memory: ProtectionMemory): Protection => {
  if (memory.limiter === undefined) return open(look, memory);
  const { limiter, reason } = stepLimit(look, memory.limiter, memory.pressedFrom);
  if (limiter === undefined) {
    const capacity = memory.limiter.good ?? memory.limiter.limit;
    return answer(look, { ...memory, limiter, capacity }, reason);
  }
  return answer(look, { ...memory, limiter, capacity: limiter.good ?? memory.capacity }, reason);
};

const open = (look: Look, memory: ProtectionMemory): Protection => {
  if (!look.isPressed || memory.pressedFrom === undefined) return answer(look, memory, "no pressure, no limit");
  const bore = boreSince(look, memory.pressedFrom);
  const most = ceilingOf(look.bounds);
  // What was known may have been more than the stage allows by now.
  const known = memory.capacity !== undefined && memory.capacity < most ? memory.capacity : bore;
  if (known === undefined) return answer(look, memory, "the downstream refuses jobs; what it bears is not yet known");
  const limit = Math.max(known, bore ?? acceptedLately(look) / jobsAtOnce(look.bounds));
  if (limit >= most) return answer(look, memory, "the downstream refuses some jobs, and bears the limit");
  const limiter = firstLimit(look, limit);
  const jobs = Math.round(limit * jobsAtOnce(look.bounds));
  const how = bore === undefined ? "was known to bear" : "bore";
  const reason = `limited to ${limiter.limit}: the downstream refuses jobs, and ${how} ${jobs} at once`;
  return answer(look, { ...memory, limiter }, reason);
};

const beginOutage = (look: Look, memory: ProtectionMemory): Protection => {
  const sinceMs = memory.pressedFrom?.atMs ?? look.nowMs;
  const { pressure, timedOut } = look.span.counts;
  const breaker = startPause(look, { sinceMs, before: limitBefore(look, memory), isHanging: timedOut > pressure });
  const failed = pressure + timedOut;
  const reason = `paused: ${failed} of ${attemptsIn(look.span.counts)} attempts were refused or timed out`;
  return answer(look, { ...memory, breaker }, reason);
};

const inOutage = (look: Look, memory: ProtectionMemory, current: BreakerMemory): Protection => {
  const { breaker, reason } = stepBreaker(look, current, memory.serviceMs);
  if (breaker !== undefined) return answer(look, { ...memory, breaker }, reason);
  const limiter = current.before === undefined ? undefined : returned(look, current.before, memory.limiter);
  const after = { ...memory, breaker, limiter, recoveredMs: look.nowMs, pressedFrom: undefined };
  return answer(look, after, `${reason}; back to ${current.before ?? "no limit"}`);
};

/** The limit from before an outage; a relapse returns to half of it, so that a downstream that breaks under load is not broken again. */
const limitBefore = (look: Look, { limiter, calm, recoveredMs, busy }: ProtectionMemory): number | undefined => {
  const steady = limiter?.isRising ? limiter.good : limiter?.limit;
  // Calls that hang tell of a second outage only when they run out of time again.
  const relapseMs = Math.max(RELAPSE_MS, 4_000 * look.bounds.timeoutSeconds);
  const isRelapse = recoveredMs !== undefined && look.nowMs - recoveredMs < relapseMs;
  if (isRelapse) return Math.max(LEAST_LIMIT, Math.floor((steady ?? (busy ?? 0) / jobsAtOnce(look.bounds)) / 2));
  return calm !== undefined && look.nowMs - calm.atMs < CALM_KEPT_MS ? calm.limit : steady;
};

const returned = (look: Look, limit: number, limiter: LimiterMemory | undefined): LimiterMemory => ({
  ...startLimit(look, limit),
  good: limiter?.good,
  bad: limiter?.bad,
  restMs: limiter?.restMs ?? startLimit(look, limit).restMs,
});

/** What a look at a content downstream teaches. */
const well = (look: Look, memory: ProtectionMemory): ProtectionMemory => {
  const { limiter } = memory;
  const steady = limiter?.isRising ? limiter.good : limiter?.limit;
  const calm = isInForce(look, limiter?.limit) ? { atMs: look.nowMs, limit: steady } : memory.calm;
  return { ...memory, calm, busy: acceptedLately(look) };
};

const answer = (look: Look, memory: ProtectionMemory, reason: string): Protection => {
  const wish = wishOf(look, memory, reason);
  return { wish, memory: { ...memory, wish } };
};

const firstMemory = (nowMs: number, { ceiling }: QueueBounds): ProtectionMemory => ({
  wish: { mode: "open", limit: ceiling, isEnabled: true, reason: "", wantsProbe: false, isPressed: false },
  look: { atMs: nowMs - FIRST_LOOK_MS, counts: NO_SIGNALS },
});
