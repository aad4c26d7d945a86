import type { AccountSeen, QueueBounds, QueueSeen } from "../../../lib/core/scaling/queue-scaling.ts";

/** Dice with a seed (mulberry32): the same numbers in every run. */
export type Dice = () => number;

export const diceOf = (seed: number): Dice => {
  let state = (seed * 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Times to come, soonest first. */
export class Agenda {
  readonly #times: number[] = [];
  readonly #actions: (() => void)[] = [];

  add(atMs: number, action: () => void): void {
    const times = this.#times;
    const actions = this.#actions;
    let index = times.length;
    times.push(atMs);
    actions.push(action);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if ((times[parent] as number) <= atMs) break;
      times[index] = times[parent] as number;
      actions[index] = actions[parent] as () => void;
      index = parent;
    }
    times[index] = atMs;
    actions[index] = action;
  }

  nextMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  take(): () => void {
    const times = this.#times;
    const actions = this.#actions;
    const first = actions[0] as () => void;
    const lastMs = times.pop() as number;
    const last = actions.pop() as () => void;
    const size = times.length;
    if (size === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && (times[child + 1] as number) < (times[child] as number)) child += 1;
      if ((times[child] as number) >= lastMs) break;
      times[index] = times[child] as number;
      actions[index] = actions[child] as () => void;
      index = child;
    }
    times[index] = lastMs;
    actions[index] = last;
    return first;
  }
}

/** What a job type's jobs call. */
export type Receiver = {
  /** Calls that it takes at once; more are answered with 429. */
  readonly capacityAt: (nowMs: number) => number;
  /** The share of its capacity that is left while it turns away more calls a second than it takes at once. @default 1 */
  readonly leftWhenOverrun?: number;
  readonly outages: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Share of calls that it refuses whatever the load. @default 0 */
  readonly grumbles?: number;
  /** In an outage it refuses at once, or lets callers hang until their time is out. */
  readonly outage: "refuses" | "hangs";
  /** Above this many calls at once each takes longer, in proportion to the power of what is above. */
  readonly congestion?: { readonly above: number; readonly power: number } | undefined;
};

export type PlantQueue = {
  readonly bounds: QueueBounds;
  /** Jobs that are there at the beginning. */
  readonly backlog: number;
  readonly arrivals: readonly { readonly fromMs: number; readonly toMs: number; readonly perSecond: number }[];
  readonly serviceMs: (dice: Dice) => number;
  /** Share of jobs that no attempt helps. */
  readonly poison: number;
  readonly receiver: Receiver;
  readonly hasProbe: boolean;
};

/** What runs the mappings: the policy, or something to compare it with. */
export type Controller = (input: {
  readonly nowMs: number;
  readonly account: AccountSeen;
  readonly queues: Readonly<Record<string, { readonly bounds: QueueBounds; readonly seen: QueueSeen }>>;
  /** What it returned last, as JSON. */
  readonly memory: string | undefined;
}) => { readonly wishes: Readonly<Record<string, PlantWish>>; readonly memory: string };

export type PlantWish = {
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  readonly reason: string;
  readonly wantsProbe: boolean;
  readonly needsCloseLook: boolean;
};

export type PlantChange = {
  readonly atMs: number;
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  readonly reason: string;
};

export type PlantOptions = {
  readonly seed: number;
  readonly lengthMs: number;
  readonly queues: Readonly<Record<string, PlantQueue>>;
  readonly controller: Controller;
  /** The account's concurrency. @default more than anything needs */
  readonly account?: number;
  /** How long a change of a mapping takes: Lambda shows it as under way for the first half. @default 2–30 s */
  readonly actuationMs?: (dice: Dice) => number;
  /** Looks always this often, instead of each minute and closer on demand. */
  readonly everyMs?: number;
  /** How long the place of a refused attempt stays empty, where most of its invocation are refused. @default 1,000, as in the worker */
  readonly restMs?: number;
  /** The most that a refused job waits for its next attempt. @default what its backoff says */
  readonly mostThrottleSeconds?: number;
  /** Share of ticks whose decision is kept but not applied, as by a crash. @default 0 */
  readonly crashes?: number;
};

/** What became of one queue's jobs. Counts a second are by the second in which attempts ended. */
export type PlantResult = {
  readonly waitsMs: readonly number[];
  readonly done: readonly number[];
  readonly refused: readonly number[];
  readonly timedOut: readonly number[];
  readonly changes: readonly PlantChange[];
  readonly lastDoneMs: number;
  /** Jobs that failed for good because nothing helps them, and good jobs that ran out of attempts. */
  readonly poisoned: number;
  readonly dead: number;
  /** Jobs that are still waiting or running at the end. */
  readonly left: number;
  readonly accountThrottles: number;
  readonly peakRunning: number;
};
