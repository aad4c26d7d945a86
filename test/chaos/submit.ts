import { setTimeout as pause } from "node:timers/promises";
import type { PlannedJob } from "./planned-jobs.ts";
import { isToRepeat, post } from "./post.ts";
import { type Load, WaitingJobs } from "./waiting-jobs.ts";

export type SubmitOptions = {
  readonly jobs: Iterable<PlannedJob>;
  /** Asked again for each request: the system may be between two lives. */
  readonly apiUrl: () => string;
  /** While it says so, nothing is submitted: the queues are full enough. */
  readonly isFull: () => boolean;
  readonly signal: AbortSignal;
  readonly onAccepted: (job: PlannedJob, id: string) => void;
  /** Nobody knows what became of a request. */
  readonly onUnanswered: () => void;
};

const REQUESTS_AT_ONCE = 5;
const PAUSE_MS = 50;

/**
 * Submits every job until it is accepted: most in batches, some alone under an `Idempotency-Key`.
 *
 * A job that is alone is repeated under its key, so that it stays one. A batch has no key: jobs of a batch without an
 * answer are submitted as new ones, and whether there are two of them only the records tell.
 */
export const submitAll = async (options: SubmitOptions): Promise<void> => {
  const waiting = new WaitingJobs(options.jobs);
  const lane = async (): Promise<void> => {
    while (!waiting.isDone && !options.signal.aborted) {
      const load = options.isFull() ? undefined : waiting.take();
      const isAccepted = load !== undefined && (await submit(load, waiting, options));
      if (!isAccepted) await pause(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, lane));
};

/** @returns whether all jobs of the load were accepted */
const submit = async (load: Load, waiting: WaitingJobs, options: SubmitOptions): Promise<boolean> => {
  const ids = load.key === undefined ? await postBatch(load, options) : await postOne(load, load.key, options);
  for (const [index, job] of load.jobs.entries()) {
    const id = ids.get(index);
    if (id === undefined) waiting.putBack(job);
    else {
      waiting.accept();
      options.onAccepted(job, id);
    }
  }
  return ids.size === load.jobs.length;
};

type Ids = ReadonlyMap<number, string>;

const postBatch = async ({ type, jobs }: Load, { apiUrl, onUnanswered }: SubmitOptions): Promise<Ids> => {
  const answer = await post(`${apiUrl()}/jobs/${type}/batch`, { jobs: jobs.map(({ input }) => ({ input })) });
  if (answer.status === undefined) onUnanswered();
  else if (answer.status === 202) {
    const accepted = answer.body.accepted as readonly { readonly index: number; readonly id: string }[];
    return new Map(accepted.map(({ index, id }) => [index, id]));
  } else if (!isToRepeat(answer)) throw refused(answer);
  return new Map();
};

const postOne = async ({ type, jobs }: Load, key: string, { apiUrl, onUnanswered }: SubmitOptions): Promise<Ids> => {
  const answer = await post(`${apiUrl()}/jobs/${type}`, { input: jobs[0]?.input }, { "idempotency-key": key });
  if (answer.status === undefined) onUnanswered();
  else if (answer.status === 202) return new Map([[0, String(answer.body.id)]]);
  else if (!isToRepeat(answer)) throw refused(answer);
  return new Map();
};

const refused = (answer: unknown): Error => new Error(`what must be accepted was refused: ${JSON.stringify(answer)}`);
