import { seededRandom } from "../../lib/local/faults/seeded-random.ts";
import { type Behaviour, type BehaviourKind, pathOf } from "./behaviour.ts";

/** A job that the campaign is going to submit. */
export type PlannedJob = {
  readonly type: "deliver-webhook" | "impatient-webhook";
  readonly behaviour: Behaviour;
  readonly input: Readonly<Record<string, unknown>>;
  /** There where it is submitted alone, under this `Idempotency-Key`. */
  readonly key?: string;
  /** Somebody cancels it as soon as it is accepted. */
  readonly isCancelled: boolean;
};

type Share = { readonly share: number; readonly type: PlannedJob["type"]; readonly kind: BehaviourKind };

/** Jobs that take a while: a second delivery of one that is over at once would meet nothing that runs. */
export const SLOW_SHARE = 0.05;

/** What share of all jobs is of which kind; the rest are deliveries that the receiver takes at once. */
const SHARES: readonly Share[] = [
  { share: 0.02, type: "deliver-webhook", kind: "throttle" },
  { share: 0.015, type: "deliver-webhook", kind: "fail" },
  { share: SLOW_SHARE, type: "deliver-webhook", kind: "slow" },
  { share: 0.004, type: "deliver-webhook", kind: "refuse" },
  { share: 0.002, type: "deliver-webhook", kind: "hang" },
  { share: 0.02, type: "impatient-webhook", kind: "ok" },
  { share: 0.003, type: "impatient-webhook", kind: "broken" },
];
const KEYED_SHARE = 0.05;
const CANCELLED_SHARE = 0.005;
const POISONS = ["exit", "throw-outside", "eat-memory", "exit", "throw-outside", "spin"] as const;
/** Above what a message or a record holds. */
const LARGE_BYTES = 300 * 1_024;
const LONGEST_SLOW_MS = 1_000;

/** How many jobs of a campaign of this size are poison, and how many are larger than a message may be. */
export const rareJobs = (jobs: number): { readonly poison: number; readonly large: number } => ({
  poison: Math.min(24, Math.ceil(jobs / 1_000)),
  large: Math.min(60, Math.ceil(jobs / 500)),
});

/** Returns the jobs of a campaign: the same for the same seed. @param receiverUrl without a path */
export function* plannedJobs(jobs: number, seed: number, receiverUrl: string): Generator<PlannedJob> {
  const random = seededRandom(seed);
  const { poison, large } = rareJobs(jobs);
  const poisonEvery = Math.floor(jobs / poison);
  const largeEvery = Math.floor(jobs / large);
  for (let index = 0; index < jobs; index += 1) {
    const isPoison = index % poisonEvery === poisonEvery >> 1;
    const isLarge = index % largeEvery === largeEvery >> 2;
    const { type, kind } = isPoison ? POISON : shareAt(random());
    const behaviour = { kind, times: timesOf(kind, random()) };
    const isKeyed = random() < KEYED_SHARE || isLarge;
    yield {
      type,
      behaviour,
      isCancelled: random() < CANCELLED_SHARE,
      input: {
        url: `${receiverUrl}${pathOf(behaviour)}`,
        event: "chaos.happened",
        data: isLarge ? { index, filling: "x".repeat(LARGE_BYTES) } : { index },
        ...(isPoison ? { poison: POISONS[Math.floor(index / poisonEvery) % POISONS.length] } : {}),
      },
      ...(isKeyed ? { key: `job-${seed}-${index}` } : {}),
    };
  }
}

const POISON = { type: "impatient-webhook", kind: "poison" } as const;

const shareAt = (random: number): Pick<Share, "type" | "kind"> => {
  let left = random;
  const found = SHARES.find(({ share }) => {
    left -= share;
    return left < 0;
  });
  return found ?? { type: "deliver-webhook", kind: "ok" };
};

const timesOf = (kind: BehaviourKind, random: number): number => {
  if (kind === "slow") return Math.round(random * LONGEST_SLOW_MS);
  return kind === "throttle" || kind === "fail" ? 1 + Math.floor(random * 2) : 1;
};
