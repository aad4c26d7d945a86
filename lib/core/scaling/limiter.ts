import { attemptsIn } from "../signals.ts";
import { acceptedAtOnce, acceptedLately, type Mark, markAt, since } from "./capacity.ts";
import { MAPPING } from "./demand.ts";
import { isInForce, type LimiterMemory, type Look } from "./protection-memory.ts";
import { ceilingOf, jobsAtOnce } from "./queue-bounds.ts";
import { LEAST_LIMIT } from "./queue-scaling.ts";

/** What became of a limit at one look: undefined where the queue opens again. */
export type LimiterStep = { readonly limiter: LimiterMemory | undefined; readonly reason: string };

/** The first try above the first limit: that was found while the downstream was overrun, and may have borne less than it can. */
const FOUND_STEP = 0.15;
const EDGE_STEP = 0.03;
const MOST_STEP = 0.5;
/** How much further the next try goes after one that went well; long jobs answer late, so what went too far lasts. */
const STEP_GROWTH = { short: 2, long: 1.3 } as const;
const LONG_ROUND_MS = 10_000;
/** Levels that differ by less are the two sides of the capacity's edge. */
const EDGE = 0.04;
const SPAN_MS = 10_000;
/** Lambda may say that a mapping follows before it does. */
const HOLD_MS = 10_000;
/** Longer than a mapping takes to follow: a level that is pressed for so long is too high itself. */
const LAG_MS = 30_000;
/** What was borne is so far below the level that no lag explains it. */
const FAR_BELOW = 0.8;
const FULLY = 0.8;
const FIRST_REST_MS = 30_000;
const MOST_REST_MS = 600_000;
/** Tries wait until what the last one wasted is this share of all attempts, or for this long. */
const TRY_BUDGET = 0.02;
const MOST_WAIT_MS = 900_000;
const MOST_WAIT_ROUNDS = 60;
const NOTHING_SPENT = { refused: 0, attempts: 0 } as const;
const CEILING_CALM_MS = 300_000;
const IDLE_MS = 600_000;

/** Returns how many full invocations the downstream bears, of what it accepted since it was first pressed; undefined if it is too early to say. */
export const boreSince = (look: Look, mark: Mark): number | undefined => {
  const span = since(look.seen, mark, look.nowMs);
  if (look.roundMs === undefined || span.elapsedMs < Math.max(SPAN_MS, 2 * look.roundMs)) return undefined;
  const jobs = acceptedAtOnce(span);
  return jobs > 0 ? jobs / jobsAtOnce(look.bounds) : undefined;
};

/** Returns the first limit, at what the downstream bore without one. */
export const firstLimit = (look: Look, wanted: number): LimiterMemory => ({
  ...startLimit(look, wanted),
  step: isLong(look) ? EDGE_STEP : FOUND_STEP,
});

/** Returns a limit that begins now. */
export const startLimit = (look: Look, wanted: number): LimiterMemory => ({
  limit: within(look, wanted),
  from: markAt(look.seen.windows, look.nowMs),
  isFollowed: false,
  isRising: false,
  step: EDGE_STEP,
  restMs: FIRST_REST_MS,
  restedFromMs: look.nowMs,
  spent: NOTHING_SPENT,
});

/** Returns the limit after a look: cut to what was accepted, tried a little higher, or left as it is. */
export const stepLimit = (look: Look, memory: LimiterMemory, pressedFrom: Mark | undefined): LimiterStep => {
  const isFollowed = isInForce(look, memory.limit);
  const from = memory.isFollowed && isFollowed ? memory.from : markAt(look.seen.windows, look.nowMs);
  const limiter = { ...memory, from, isFollowed, spent: spentWith(look, memory) };
  if (!isFollowed) return { limiter, reason: `waits for the mapping to follow to ${limiter.limit}` };
  if (look.isPressed) return limiter.isRising ? fallBack(look, limiter) : cut(look, limiter, pressedFrom);
  return calm(look, limiter);
};

const fallBack = (look: Look, limiter: LimiterMemory): LimiterStep => {
  const bore = Math.floor(boreSince(look, limiter.from) ?? 0);
  const limit = within(look, Math.min(limiter.limit - 1, Math.max(bore, limiter.good ?? bore)));
  return {
    limiter: below(look, limiter, limiter.limit, limit),
    reason: `back to ${limit}: the downstream refused ${refusedShare(look)} at ${limiter.limit}`,
  };
};

const cut = (look: Look, limiter: LimiterMemory, pressedFrom: Mark | undefined): LimiterStep => {
  const isFresh = pressedFrom === undefined || pressedFrom.atMs < limiter.from.atMs;
  const bore = boreSince(look, isFresh ? limiter.from : pressedFrom);
  const level = Math.min(limiter.limit, look.seen.mapping.limit ?? limiter.limit);
  const refused = `the downstream refuses ${refusedShare(look)}`;
  const stay = (why: string): LimiterStep => ({ limiter, reason: `stays at ${limiter.limit}: ${refused}, ${why}` });
  if (level <= LEAST_LIMIT) return stay("and Lambda takes no lower limit");
  if (bore === undefined) return stay("and what it bears is not yet known");

  const used = limiter.fill ?? 1;
  const borne = `it bore ${Math.round(bore * jobsAtOnce(look.bounds))} jobs at once`;
  if (bore < level * used * FAR_BELOW) {
    const next = { ...startLimit(look, Math.min(level - 1, bore / used)), bad: level, fill: limiter.fill };
    return { limiter: next, reason: `cut to ${next.limit}: ${refused}, ${borne}` };
  }
  const inForceMs = look.nowMs - limiter.from.atMs;
  if (inForceMs < Math.max(LAG_MS, 2 * (look.roundMs ?? 0))) return stay("which the last change may yet cure");
  const limit = within(look, Math.min(level - 1, bore / used));
  // More than all of the level cannot have been borne: then what is known of its use is out of date.
  const fill = bore / used > level ? undefined : limiter.fill;
  return { limiter: { ...below(look, limiter, level, limit), fill }, reason: `cut to ${limit}: ${refused}, ${borne}` };
};

/** The limit below a level that failed. At the edge of the capacity the next try waits longer each time. */
const below = (look: Look, limiter: LimiterMemory, bad: number, limit: number): LimiterMemory => {
  const isEdge = isAtEdge(limit, bad);
  return {
    ...changed(look, limiter, limit),
    bad,
    good: limit,
    step: isEdge ? EDGE_STEP : (bad - limit) / 2 / limit,
    restMs: isEdge ? Math.min(MOST_REST_MS, limiter.restMs * 2) : FIRST_REST_MS,
  };
};

const calm = (look: Look, memory: LimiterMemory): LimiterStep => {
  const used = acceptedAtOnce(look.span) / jobsAtOnce(look.bounds);
  const isShort = look.seen.visible < memory.limit * jobsAtOnce(look.bounds);
  const idleFromMs = isShort && used < memory.limit / 2 ? (memory.idleFromMs ?? look.nowMs) : undefined;
  const limiter = { ...memory, busyFromMs: isShort ? undefined : (memory.busyFromMs ?? look.nowMs) };
  const heldMs = look.nowMs - limiter.from.atMs;
  const stay = (more: Partial<LimiterMemory>, why: string): LimiterStep => ({
    limiter: { ...limiter, idleFromMs, ...more },
    reason: `holds ${limiter.limit}: ${why}`,
  });

  if (idleFromMs !== undefined && look.nowMs - idleFromMs >= IDLE_MS) {
    return { limiter: undefined, reason: `open: the queue has needed less than half of ${limiter.limit} for long` };
  }
  if (limiter.limit >= ceilingOf(look.bounds) && heldMs >= CEILING_CALM_MS) {
    return { limiter: undefined, reason: "open: the downstream bears all that the stage allows" };
  }
  if (!isFullyUsed(look, limiter, used) || look.seen.mapping.limit !== limiter.limit)
    return stay({}, "the queue does not need more");
  if (heldMs < HOLD_MS + (look.roundMs ?? 0)) return stay({}, "too early to say whether the downstream bears it");

  const fill = Math.min(1, acceptedLately(look) / (limiter.limit * jobsAtOnce(look.bounds)));
  const proven = { ...limiter, good: limiter.limit, fill };
  const learned = limiter.isRising ? succeeded(look, proven) : proven;
  const isGoingWell = limiter.isRising && !isAtEdge(limiter.limit, learned.bad);
  if (!isGoingWell && !isRested(look, learned)) return stay({ ...learned, idleFromMs }, "the downstream is content");
  const limit = within(look, nextLevel(learned));
  if (limit <= limiter.limit) return stay({ ...learned, idleFromMs }, "the downstream is content");
  const next = { ...changed(look, learned, limit), isRising: true, spent: NOTHING_SPENT, idleFromMs };
  return { limiter: next, reason: `tries ${limit}: the downstream is content with ${limiter.limit}` };
};

/** Whether the level is in use: by what is done or, where more waits, once the mapping has had the time to grow into it. */
const isFullyUsed = (look: Look, { limit, fill = 1, busyFromMs }: LimiterMemory, used: number): boolean =>
  busyFromMs === undefined
    ? used >= limit * fill * FULLY
    : look.nowMs - busyFromMs >= (limit / MAPPING.perSecond) * 1_000 + (look.roundMs ?? 0);

const succeeded = (look: Look, limiter: LimiterMemory): LimiterMemory => {
  const bad = limiter.bad !== undefined && limiter.bad > limiter.limit ? limiter.bad : undefined;
  const grown = Math.min(MOST_STEP, limiter.step * (isLong(look) ? STEP_GROWTH.long : STEP_GROWTH.short));
  const step = isAtEdge(limiter.limit, bad) ? EDGE_STEP : grown;
  const restMs = bad === undefined ? FIRST_REST_MS : limiter.restMs;
  return { ...limiter, bad, step, restMs, isRising: false, restedFromMs: look.nowMs };
};

const nextLevel = ({ limit, bad, step }: LimiterMemory): number => {
  const next = limit + atLeastOne(limit * step);
  if (bad === undefined || bad <= limit || next < bad) return next;
  return isAtEdge(limit, bad) ? bad : Math.floor((limit + bad) / 2);
};

const isRested = (look: Look, { limit, bad, restMs, restedFromMs, spent }: LimiterMemory): boolean => {
  const restedMs = look.nowMs - restedFromMs;
  const isSearching = bad !== undefined && !isAtEdge(limit, bad);
  const isPaid =
    isSearching ||
    spent.refused <= spent.attempts * TRY_BUDGET ||
    restedMs >= Math.max(MOST_WAIT_MS, MOST_WAIT_ROUNDS * (look.roundMs ?? 0));
  return isPaid && restedMs >= Math.max(restMs, 2 * (look.roundMs ?? 0));
};

const changed = (look: Look, limiter: LimiterMemory, limit: number): LimiterMemory => ({
  ...limiter,
  limit,
  from: markAt(look.seen.windows, look.nowMs),
  isFollowed: false,
  isRising: false,
  restedFromMs: look.nowMs,
});

/** What is spent before a level is known to be good is the price of finding it. */
const spentWith = ({ span }: Look, { spent, good }: LimiterMemory): LimiterMemory["spent"] =>
  good === undefined
    ? NOTHING_SPENT
    : { refused: spent.refused + span.counts.pressure, attempts: spent.attempts + attemptsIn(span.counts) };

const isAtEdge = (level: number, bad: number | undefined): boolean =>
  bad !== undefined && bad > level && bad - level <= Math.max(1, level * EDGE);

/** A try of long jobs costs more: they answer late. */
const isLong = ({ roundMs = 0 }: Look): boolean => roundMs > LONG_ROUND_MS;

const atLeastOne = (value: number): number => Math.max(1, Math.round(value));

const within = (look: Look, limit: number): number =>
  Math.min(ceilingOf(look.bounds), Math.max(LEAST_LIMIT, Math.round(limit)));

const refusedShare = ({ span }: Look): string => {
  const attempts = attemptsIn(span.counts);
  const share = attempts === 0 ? 0 : (100 * span.counts.pressure) / attempts;
  return `${share.toFixed(share < 10 ? 1 : 0)} % of ${attempts} attempts`;
};
