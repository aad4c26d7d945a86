/** A job that a scenario submits. */
export type PlannedJob = {
  readonly atMs: number;
  readonly type: "deliver-webhook" | "profile-csv";
  /** How the receiver answers, be it a webhook or for a file: after `serviceMs`, and for ever with 400 where it is poison. */
  readonly serviceMs: number;
  readonly isPoison: boolean;
};

/** How the receiver of the jobs' requests is at one moment. */
export type ReceiverState = {
  /** Requests at once above which it answers 429; undefined where there is no such number. */
  readonly capacity: number | undefined;
  /** It answers 503 at once, whatever comes. */
  readonly isDown: boolean;
};

/** A situation that the scaler is for, played in real time on this machine. */
export type Scenario = {
  readonly name: string;
  /** What it shows, in one sentence. */
  readonly shows: string;
  readonly jobs: readonly PlannedJob[];
  /** @param elapsedMs since the first job */
  readonly receiver: (elapsedMs: number) => ReceiverState;
  /** The account's concurrency. @default as many as this machine is taken to carry */
  readonly accountConcurrency?: number;
};

export const HEALTHY: ReceiverState = { capacity: undefined, isDown: false };

type Load = Omit<PlannedJob, "atMs" | "isPoison"> & {
  readonly perSecond: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Every how-many-eth job is poison. */
  readonly poisonEvery?: number;
};

/** Plans jobs of a steady load, evenly spread. */
export const steady = ({ perSecond, fromMs, untilMs, poisonEvery, ...job }: Load): readonly PlannedJob[] =>
  Array.from({ length: Math.floor(((untilMs - fromMs) * perSecond) / 1_000) }, (_, index) => ({
    ...job,
    atMs: fromMs + (index * 1_000) / perSecond,
    isPoison: poisonEvery !== undefined && index % poisonEvery === poisonEvery - 1,
  }));

/** Plans jobs that all come at once. */
export const burst = (count: number, atMs: number, job: Omit<PlannedJob, "atMs" | "isPoison">): readonly PlannedJob[] =>
  Array.from({ length: count }, () => ({ ...job, atMs, isPoison: false }));
