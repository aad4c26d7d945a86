import type { QueueBounds } from "../../../lib/core/scaling/queue-scaling.ts";
import type { Dice, PlantOptions, PlantQueue, PlantResult, Receiver } from "./plant-parts.ts";

/** What a run of the plant is about, all but who controls it. */
export type PlantCase = Omit<PlantOptions, "controller" | "seed" | "everyMs">;

const SECOND_MS = 1_000;
const UNBOUNDED = Number.POSITIVE_INFINITY;

export const PLAIN_BOUNDS: QueueBounds = {
  floor: 2,
  ceiling: undefined,
  provisioned: undefined,
  parallel: 1,
  batchSize: 1,
  timeoutSeconds: 30,
  targetWaitSeconds: 60,
};

const HEALTHY: Receiver = { capacityAt: () => UNBOUNDED, outages: [], outage: "refuses" };

const PLAIN: PlantQueue = {
  bounds: PLAIN_BOUNDS,
  backlog: 0,
  arrivals: [],
  serviceMs: aroundSeconds(1),
  poison: 0,
  receiver: HEALTHY,
  hasProbe: false,
};

/** Jobs take between half and one and a half times as long as on average. */
export function aroundSeconds(seconds: number): (dice: Dice) => number {
  return (dice) => seconds * SECOND_MS * (0.5 + dice());
}

/** (a) Many jobs at once, and a downstream that takes them all. */
export const FLASH: PlantCase = {
  lengthMs: 300 * SECOND_MS,
  queues: { q: { ...PLAIN, arrivals: [{ fromMs: 20_000, toMs: 50_000, perSecond: 200 }] } },
};

/** (b) More jobs than the run can do, and a downstream that answers 429 above a hidden capacity. */
export const hardCap = (capacity: number, seconds = 1, bounds: Partial<QueueBounds> = {}): PlantCase => ({
  lengthMs: 900 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      bounds: { ...PLAIN_BOUNDS, ...bounds },
      backlog: Math.ceil((capacity / seconds) * 900 * 1.3),
      serviceMs: aroundSeconds(seconds),
      receiver: { ...HEALTHY, capacityAt: () => capacity },
    },
  },
});

/** (b) A downstream that bears two thirds of it while it is overrun, as one that shares its machine with its callers does. */
export const OVERRUN: PlantCase = {
  account: 60,
  lengthMs: 300 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      backlog: 8_000,
      receiver: { ...HEALTHY, capacityAt: () => 20, leftWhenOverrun: 0.65 },
    },
  },
};

/** (b) A large capacity, which a mapping takes a minute to grow into, and a second burst after some quiet. */
export const SECOND_BURST = {
  againMs: 400 * SECOND_MS,
  plant: {
    lengthMs: 800 * SECOND_MS,
    queues: {
      q: {
        ...PLAIN,
        backlog: 30_000,
        arrivals: [{ fromMs: 400 * SECOND_MS, toMs: 420 * SECOND_MS, perSecond: 1_500 }],
        receiver: { ...HEALTHY, capacityAt: () => 300 },
      },
    },
  },
} as const satisfies { readonly againMs: number; readonly plant: PlantCase };

export const MOVES = { halvesMs: 300 * SECOND_MS, doublesMs: 900 * SECOND_MS, lengthMs: 2_200 * SECOND_MS } as const;

/** (b) The hidden capacity halves, and doubles again. */
export const movingCap = (capacity: number): PlantCase => ({
  lengthMs: MOVES.lengthMs,
  queues: {
    q: {
      ...PLAIN,
      backlog: capacity * 2_000,
      receiver: {
        ...HEALTHY,
        capacityAt: (nowMs) => (nowMs >= MOVES.halvesMs && nowMs < MOVES.doublesMs ? capacity / 2 : capacity),
      },
    },
  },
});

export const OUTAGE = { fromMs: 200 * SECOND_MS, toMs: 320 * SECOND_MS } as const;

/** (c) The downstream is out for two minutes, under steady arrivals. */
export const outage = (options: Pick<PlantQueue, "hasProbe"> & Pick<Receiver, "outage">): PlantCase => ({
  lengthMs: 900 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      hasProbe: options.hasProbe,
      arrivals: [{ fromMs: 0, toMs: 420 * SECOND_MS, perSecond: 10 }],
      receiver: { ...HEALTHY, outages: [OUTAGE], outage: options.outage },
    },
  },
});

/** (d) A share of jobs that nothing helps. */
export const poison = (share: number): PlantCase => ({
  lengthMs: 600 * SECOND_MS,
  queues: { q: { ...PLAIN, poison: share, arrivals: [{ fromMs: 0, toMs: 560 * SECOND_MS, perSecond: 20 }] } },
});

/** A downstream that refuses one call in a hundred, whatever the load. */
export const GRUMBLING: PlantCase = {
  lengthMs: 600 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      arrivals: [{ fromMs: 0, toMs: 560 * SECOND_MS, perSecond: 20 }],
      receiver: { ...HEALTHY, grumbles: 0.01 },
    },
  },
};

/** A hidden capacity that the arrivals do not reach. */
export const BELOW_CAP: PlantCase = {
  lengthMs: 600 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      arrivals: [{ fromMs: 0, toMs: 560 * SECOND_MS, perSecond: 10 }],
      receiver: { ...HEALTHY, capacityAt: () => 40 },
    },
  },
};

/** (f) Jobs that outlast three looks each. */
export const LONG_JOBS: PlantCase = {
  lengthMs: 3_600 * SECOND_MS,
  queues: {
    q: {
      ...PLAIN,
      bounds: { ...PLAIN_BOUNDS, timeoutSeconds: 60 },
      backlog: 3_000,
      serviceMs: aroundSeconds(30),
      receiver: { ...HEALTHY, capacityAt: () => 20 },
    },
  },
};

/** A downstream that refuses nothing, but slows down above 20 calls at once. */
export const CONGESTION: PlantCase = {
  lengthMs: 900 * SECOND_MS,
  queues: { q: { ...PLAIN, backlog: 9_000, receiver: { ...HEALTHY, congestion: { above: 20, power: 0.3 } } } },
};

/** (e) Two queues of unlike backlog and a small account. */
export const TWO_QUEUES: PlantCase = {
  lengthMs: 600 * SECOND_MS,
  account: 10,
  queues: {
    large: { ...PLAIN, backlog: 6_000 },
    small: { ...PLAIN, backlog: 300, arrivals: [{ fromMs: 0, toMs: 600 * SECOND_MS, perSecond: 0.5 }] },
  },
};

const between = (counts: readonly number[], fromMs: number, toMs: number): number => {
  let sum = 0;
  for (let second = Math.floor(fromMs / 1_000); second < toMs / 1_000; second += 1) sum += counts[second] ?? 0;
  return sum;
};

export const doneIn = ({ done }: PlantResult, fromMs: number, toMs = UNBOUNDED_MS): number =>
  between(done, fromMs, toMs);

/** The share of attempts that the downstream refused. */
export const wastedIn = ({ done, refused }: PlantResult, fromMs: number, toMs = UNBOUNDED_MS): number => {
  const wasted = between(refused, fromMs, toMs);
  return wasted === 0 ? 0 : wasted / (wasted + between(done, fromMs, toMs));
};

const UNBOUNDED_MS = 86_400_000;

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((first, second) => first - second)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  0;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
