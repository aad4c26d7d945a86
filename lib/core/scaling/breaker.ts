import { acceptedIn, attemptsIn, type SignalCounts } from "../signals.ts";
import { markAt, recent, type Span, since } from "./capacity.ts";
import { type BreakerMemory, isInForce, type Look, type ProtectionMemory } from "./protection-memory.ts";
import { LEAST_LIMIT } from "./queue-scaling.ts";

/** What became of an outage at one look: undefined once it is over. */
export type BreakerStep = { readonly breaker: BreakerMemory | undefined; readonly reason: string };

const LEAST_ATTEMPTS = 10;
const FAILING_SHARE = 0.9;
/** In an outage, of what the downstream bore, less than this share still succeeds: under a hard cap all of it does. */
const SUCCEEDING_SHARE = 0.1;
const SHORT_ROUND_MS = 8_000;
const SLOW_SPAN_MS = 60_000;
const FIRST_PAUSE_MS = 20_000;
const MOST_PAUSE_MS = 120_000;
/** Pauses grow with the outage, by a share that keeps the last of them short next to it. */
const PAUSE_SHARE = 0.25;
/** A probe that says "down" for ever may be what is broken. */
const MOST_DOWN_MS = 600_000;
/** How long a pause waits for a mapping that does not follow. */
const MOST_LAG_MS = 60_000;
const CANARY_REFUSALS = 3;
const CANARY_LEAST_MS = 60_000;
const CANARY_MOST_MS = 120_000;
/** What a signal takes to be seen: the next look. */
const TOLD_MS = 10_000;

/** Returns whether nearly all attempts end by pressure or time-out. */
export const isFailing = (counts: SignalCounts): boolean =>
  attemptsIn(counts) >= LEAST_ATTEMPTS && failuresOf(counts) >= FAILING_SHARE * attemptsIn(counts);

/**
 * Returns whether the downstream is out, and not merely full.
 *
 * Shares of attempts do not tell the two apart: one refused slot comes back many times while an accepted job runs. What
 * tells is whether about as many jobs still succeed at once as did before. Long jobs must be given the time to end.
 */
export const isOut = (look: Look, memory: ProtectionMemory): boolean => {
  const recovered = look.nowMs - (memory.recoveredMs ?? 0);
  if (memory.serviceMs === undefined || look.roundMs === undefined) {
    const waitMs = Math.min(SLOW_SPAN_MS, Math.max(FIRST_PAUSE_MS, look.bounds.timeoutSeconds * 1_000));
    const span = memory.pressedFrom && since(look.seen, memory.pressedFrom, look.nowMs);
    return span !== undefined && span.elapsedMs >= waitMs && isFailing(span.counts) && span.counts.ok === 0;
  }
  const slowMs = Math.max(SLOW_SPAN_MS, 2 * look.roundMs, 2_000 * look.bounds.timeoutSeconds);
  const slow = recent(look.seen.windows, look.nowMs, slowMs);
  const isSlowlyOut = recovered > slowMs && slow.counts.ok === 0 && isFailing(slow.counts);
  if (isSlowlyOut && failuresOf(look.span.counts) > 0) return true;

  const longMs = 1.5 * look.roundMs;
  const { refusedFrom } = memory;
  if (refusedFrom === undefined || look.nowMs - refusedFrom.atMs < longMs) return false;
  const isLately = refusedFrom.atMs > look.nowMs - look.span.elapsedMs;
  const latest = isLately ? since(look.seen, refusedFrom, look.nowMs) : look.span;
  if (!isFailing(latest.counts)) return false;
  const span = look.roundMs <= SHORT_ROUND_MS ? latest : recent(look.seen.windows, look.nowMs, longMs);
  if (!isFailing(span.counts)) return false;
  return span.counts.ok === 0 || succeedingAtOnce(span, memory.serviceMs) < SUCCEEDING_SHARE * (memory.busy ?? 0);
};

/** Returns the pause that an outage begins with. */
export const startPause = (
  look: Look,
  { sinceMs, before, isHanging }: Pick<BreakerMemory, "sinceMs" | "before" | "isHanging">,
): BreakerMemory => ({
  sinceMs,
  before,
  isHanging,
  phase: "paused",
  startedMs: look.nowMs,
  from: markAt(look.seen.windows, look.nowMs),
});

/** Returns the outage after a look: still paused, trying with the least limit, or over. */
export const stepBreaker = (look: Look, breaker: BreakerMemory, serviceMs: number | undefined): BreakerStep => {
  const { mapping } = look.seen;
  const follows = breaker.phase === "paused" ? !mapping.isEnabled && !mapping.isChanging : isInForce(look, LEAST_LIMIT);
  const isLate = look.nowMs - breaker.startedMs >= MOST_LAG_MS;
  const isFollowed = breaker.followedMs !== undefined;
  if (!isFollowed && !follows && !isLate) {
    return { breaker, reason: `waits for the mapping to ${breaker.phase === "paused" ? "stop" : "start"}` };
  }
  if (breaker.phase === "probing") {
    return probing(look, follows && !isFollowed ? { ...breaker, followedMs: look.nowMs } : breaker, serviceMs);
  }
  return paused(
    look,
    isFollowed ? breaker : { ...breaker, from: markAt(look.seen.windows, look.nowMs), followedMs: look.nowMs },
  );
};

const paused = (look: Look, breaker: BreakerMemory): BreakerStep => {
  const { seen, nowMs } = look;
  const pausedMs = nowMs - breaker.from.atMs;
  const outMs = nowMs - breaker.sinceMs;
  const dueMs =
    seen.probe === "down" ? MOST_DOWN_MS : Math.min(MOST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, outMs * PAUSE_SHARE));
  const { counts } = since(seen, breaker.from, nowMs);
  const reopen = (why: string): BreakerStep => ({
    breaker: {
      ...breaker,
      phase: "probing",
      startedMs: nowMs,
      from: markAt(seen.windows, nowMs),
      followedMs: undefined,
    },
    reason: `opens ${LEAST_LIMIT} to try the downstream: ${why}`,
  });

  if (seen.probe === "up") return reopen("its probe says that it is back");
  if (counts.ok > failuresOf(counts)) return reopen("jobs that were still running succeed");
  if (seen.visible + seen.inFlight + seen.delayed === 0) return reopen("the queue is empty");
  if (pausedMs >= dueMs) return reopen(`paused for ${seconds(pausedMs)}`);
  const how =
    seen.probe === "down" ? "its probe says that it is still down" : `tries again in ${seconds(dueMs - pausedMs)}`;
  return { breaker, reason: `paused, the downstream has been out for ${seconds(outMs)}: ${how}` };
};

const probing = (look: Look, breaker: BreakerMemory, serviceMs: number | undefined): BreakerStep => {
  const span = since(look.seen, breaker.from, look.nowMs);
  // What runs out of time before that long has passed had begun before the try.
  const isOwnTimeOut = span.elapsedMs > look.bounds.timeoutSeconds * 1_000;
  const failures = isOwnTimeOut ? failuresOf(span.counts) : span.counts.pressure;
  const accepted = acceptedIn(span.counts) - span.counts.timedOut;
  const isServing = serviceMs !== undefined && succeedingAtOnce(span, serviceMs) >= 0.5;
  const over = (why: string): BreakerStep => ({ breaker: undefined, reason: `the outage is over: ${why}` });

  if ((accepted > 0 && accepted >= failures) || isServing) {
    return over(`${accepted} of ${accepted + failures} attempts were accepted`);
  }
  if (failures >= CANARY_REFUSALS) {
    return {
      breaker: startPause(look, breaker),
      reason: `pauses again: ${failures} of ${accepted + failures} tries were refused or timed out`,
    };
  }
  const triedMs = look.nowMs - (breaker.followedMs ?? look.nowMs);
  if (triedMs >= patienceMs(look, breaker) * (failures > 0 ? 2 : 1)) {
    return over(`${failures === 0 ? "nothing" : `no more than ${failures}`} failed in ${seconds(triedMs)}`);
  }
  return { breaker, reason: `tries the downstream with ${LEAST_LIMIT} invocations` };
};

/** How long a try goes on of which nothing is heard. Where calls hang, only a time-out tells; where nothing waits, nothing will. */
const patienceMs = ({ seen, bounds, roundMs = 0 }: Look, { isHanging }: BreakerMemory): number => {
  const isEmpty = seen.visible + seen.inFlight + seen.delayed === 0;
  if (isHanging && !isEmpty) return Math.max(CANARY_LEAST_MS, bounds.timeoutSeconds * 1_000 + TOLD_MS);
  return Math.min(CANARY_MOST_MS, Math.max(CANARY_LEAST_MS, 2 * roundMs));
};

const failuresOf = ({ pressure, timedOut }: SignalCounts): number => pressure + timedOut;

const succeedingAtOnce = ({ counts, elapsedMs }: Span, serviceMs: number): number =>
  elapsedMs > 0 ? (counts.ok * serviceMs) / elapsedMs : 0;

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1_000)} s`;
