import type { JobStatus } from "../../lib/core/job.ts";

/** What happens to one job when it runs: what the receiver answers, or what the job does to its environment. */
export type Behaviour = {
  readonly kind: BehaviourKind;
  /** How often, before the receiver answers 200; milliseconds for `slow`. */
  readonly times: number;
};

export const BEHAVIOURS = {
  /** 200. */
  ok: "succeeded",
  /** 200, some time later. */
  slow: "succeeded",
  /** 429 or 503 with `Retry-After`, then 200: costs no attempt. */
  throttle: "succeeded",
  /** 500, then 200. */
  fail: "succeeded",
  /** No answer before the job's time is over, then 200. */
  hang: "succeeded",
  /** 400, then 200: permanent, so that only a redrive meets the 200. */
  refuse: "dead",
  /** 500, always. */
  broken: "dead",
  /** Ends its environment instead of delivering anything. */
  poison: "dead",
} as const satisfies Readonly<Record<string, JobStatus>>;

export type BehaviourKind = keyof typeof BEHAVIOURS;

const isKind = (text: string): text is BehaviourKind => text in BEHAVIOURS;

/** Returns the path under which the receiver behaves so. */
export const pathOf = ({ kind, times }: Behaviour): string => `/${kind}/${times}`;

/** Reads what {@link pathOf} wrote; undefined where it is something else. */
export const behaviourAt = (path: string): Behaviour | undefined => {
  const [, kind = "", times = ""] = /^\/([a-z]+)\/(\d+)$/.exec(path) ?? [];
  return isKind(kind) ? { kind, times: Number(times) } : undefined;
};

/** Tells whether the receiver never fails the job: whatever is charged to it was done to it by others. */
export const isInnocent = ({ kind }: Behaviour): boolean => kind === "ok" || kind === "slow" || kind === "throttle";
