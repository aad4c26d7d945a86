import { sum } from "../sum.ts";
import type { AccountSeen } from "./queue-scaling.ts";

/** What one queue asks of the account's concurrency. */
export type ShareWish = {
  /** What waits and runs, in seconds of one invocation's time: shares follow it. */
  readonly workSeconds: number;
  /** Invocations that it could keep busy. */
  readonly wanted: number;
  /** The most of them in the last minutes: shares go by it, so that they do not follow each peak. */
  readonly wantedLately: number;
  /** Invocations that it gets before shares follow the work. */
  readonly floor: number;
  /** The least that its mapping can be set to: 2, or ten for each of the least pollers. */
  readonly least: number;
  readonly ceiling: number;
};

/** Invocations of each queue, by job type. */
export type Shares = Readonly<Record<string, number>>;

type Wishes = Readonly<Record<string, ShareWish>>;

/** A tenth is kept for the api, two at least; one more for the scaler, which runs all through a shortage. */
const HEADROOM = { share: 0.1, least: 2, scaler: 1 } as const;
/** Invocations that a mapping reaches within a second of waking up. */
const REACHED_AT_ONCE = 10;
/** A shortage is over only when the queues could use this much less than there is. */
const OVER_BELOW = 0.8;
/** Shares move by a fifth, or by one invocation, or not at all. */
const WORTH_MOVING = { share: 0.2, least: 1 } as const;
/** Of what there is, this goes to the queues evenly, so that light ones do not wait for the backlog of a heavy one. */
const SURE = 0.25;
/** Above what it could use, so that a queue that keeps up does not wait for its own limit at a peak. */
const EASE = 1.25;
const LEVEL_STEPS = 80;
const ROUNDING = 1e-6;

/** Returns the invocations that the account leaves to the queues, with room kept for the api. */
export const leftForQueues = ({ unreserved }: AccountSeen): number =>
  Math.max(
    0,
    Math.floor(unreserved) - Math.max(HEADROOM.least, Math.ceil(unreserved * HEADROOM.share)) - HEADROOM.scaler,
  );

/**
 * How short of concurrency the queues are: `short` when they could use more than there is, `tight` when one that wakes
 * up would take all of it before the next look, as in a new account that allows ten.
 */
export const shortageOf = (available: number, wishes: Wishes, wasShort: boolean): "none" | "tight" | "short" => {
  const all = Object.values(wishes);
  const wanted = sum(all.map((wish) => wish.wanted));
  if (wanted > available || (wasShort && wanted > available * OVER_BELOW)) return "short";
  return sum(all.map(({ ceiling }) => Math.min(ceiling, REACHED_AT_ONCE))) > available ? "tight" : "none";
};

/**
 * Shares out whole invocations: each queue gets its floor, and of a quarter an even part; the rest follows the work. None
 * gets more than it could use; what nobody could use is shared evenly up to the ceilings.
 *
 * The shares add up to at most `available`, with two exceptions, since no limit can be below 2. Where the floors do not
 * fit, each queue is down to its least. Where these do not fit either, idle queues keep their least uncounted, and what
 * the busy ones cannot have below their least is over `available`: Lambda then gives it to who comes first.
 *
 * @param held The shares as they are: kept as long as none would move by a fifth.
 */
export const allocate = (
  available: number,
  wishes: Wishes,
  held: Readonly<Record<string, number | undefined>>,
): Shares => {
  const ideal = idealShares(available, wishes);
  return isWorthKeeping(available, wishes, ideal, held) ? pick(held, wishes) : roundedShares(available, wishes, ideal);
};

/** Returns the shares before they are made whole invocations. */
export const idealShares = (available: number, wishes: Wishes): Shares => {
  const counted = countedWishes(available, wishes);
  const uncounted = Object.fromEntries(Object.entries(wishes).map(([type, { least }]) => [type, least]));
  const demands = mapValues(counted, ({ wantedLately, floor, ceiling }) =>
    Math.min(ceiling, Math.max(floor, wantedLately * EASE)),
  );
  const isEnough = sum(Object.values(demands)) <= available;
  const spare = available - sum(Object.values(counted).map(({ floor }) => floor));
  const sure = Math.min(SURE * available, spare) / Math.max(1, Object.keys(counted).length);
  const filled = fill(
    available,
    mapValues(counted, ({ floor, ceiling, workSeconds }, type) => {
      const demand = demands[type] ?? floor;
      return isEnough
        ? { floor: demand, cap: ceiling, weight: 1 }
        : { floor: Math.max(floor, Math.min(demand, sure)), cap: demand, weight: Math.max(workSeconds, ROUNDING) };
    }),
  );
  return { ...uncounted, ...filled };
};

/** The queues whose shares have to fit, with floors that do if any can. */
const countedWishes = (available: number, wishes: Wishes): Wishes => {
  const fits = (some: Wishes): boolean => sum(Object.values(some).map(({ floor }) => floor)) <= available;
  if (fits(wishes)) return wishes;
  const atLeast = mapValues(wishes, (wish) => ({ ...wish, floor: wish.least }));
  if (fits(atLeast)) return atLeast;
  const busy = Object.fromEntries(Object.entries(atLeast).filter(([, { wanted }]) => wanted > 0));
  return fits(busy) ? busy : {};
};

type Vessel = { readonly floor: number; readonly cap: number; readonly weight: number };

/** Raises a level until the vessels hold `amount` together, each between its floor and its cap. */
const fill = (amount: number, vessels: Readonly<Record<string, Vessel>>): Shares => {
  const at = (level: number): Shares =>
    mapValues(vessels, ({ floor, cap, weight }) => Math.max(floor, Math.min(cap, weight * level)));
  let low = 0;
  let high = Math.max(0, ...Object.values(vessels).map(({ cap, weight }) => cap / weight));
  if (sum(Object.values(at(high))) <= amount) return at(high);
  for (let step = 0; step < LEVEL_STEPS; step++) {
    const middle = (low + high) / 2;
    if (sum(Object.values(at(middle))) <= amount) low = middle;
    else high = middle;
  }
  return at(low);
};

/** Cuts shares to whole invocations, and gives what is left to those that lost most. */
const roundedShares = (available: number, wishes: Wishes, ideal: Shares): Shares => {
  const whole = mapValues(ideal, (share) => Math.floor(share + ROUNDING));
  const lost = Object.keys(ideal)
    .map((type) => ({ type, part: (ideal[type] ?? 0) - (whole[type] ?? 0) }))
    .filter(({ type, part }) => part > ROUNDING && (whole[type] ?? 0) < (wishes[type]?.ceiling ?? 0))
    .sort((first, second) => second.part - first.part || (first.type < second.type ? -1 : 1));
  const counted = Object.keys(countedWishes(available, wishes));
  const left = Math.max(0, Math.floor(available) - sum(counted.map((type) => whole[type] ?? 0)));
  return { ...whole, ...Object.fromEntries(lost.slice(0, left).map(({ type }) => [type, (whole[type] ?? 0) + 1])) };
};

const isWorthKeeping = (
  available: number,
  wishes: Wishes,
  ideal: Shares,
  held: Readonly<Record<string, number | undefined>>,
): boolean => {
  const counted = countedWishes(available, wishes);
  const total = sum(Object.keys(counted).map((type) => held[type] ?? 0));
  return (
    total <= available &&
    Object.entries(wishes).every(([type, { least, ceiling }]) => {
      const share = held[type];
      if (share === undefined || share < (counted[type]?.floor ?? least) || share > ceiling) return false;
      const worth = Math.max(WORTH_MOVING.least, WORTH_MOVING.share * share);
      return Math.abs((ideal[type] ?? 0) - share) < worth - ROUNDING;
    })
  );
};

const pick = (held: Readonly<Record<string, number | undefined>>, wishes: Wishes): Shares =>
  mapValues(wishes, ({ least }, type) => held[type] ?? least);

const mapValues = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value, key: string) => Result,
): Readonly<Record<string, Result>> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
