import type { PlannedJob } from "./planned-jobs.ts";

/** Jobs that one request submits: some of one type together, or one under its key. */
export type Load = { readonly type: PlannedJob["type"]; readonly jobs: readonly PlannedJob[]; readonly key?: string };

const BATCH_JOBS = 100;

/** Jobs that are not accepted yet, in loads for one request each. */
export class WaitingJobs {
  readonly #source: Iterator<PlannedJob>;
  readonly #singles: PlannedJob[] = [];
  readonly #batches = new Map<PlannedJob["type"], PlannedJob[]>();
  #isDry = false;
  /** Jobs that are taken and neither accepted nor put back. */
  #taken = 0;

  constructor(jobs: Iterable<PlannedJob>) {
    this.#source = jobs[Symbol.iterator]();
  }

  /** Takes the next load; none where all waiting jobs are taken. */
  take(): Load | undefined {
    let load = this.#ready();
    while (load === undefined && !this.#isDry) {
      const { value, done } = this.#source.next();
      if (done === true) this.#isDry = true;
      else this.#keep(value);
      load = this.#ready();
    }
    this.#taken += load?.jobs.length ?? 0;
    return load;
  }

  /** The job of a load that was taken is accepted. */
  accept(): void {
    this.#taken -= 1;
  }

  /** The job of a load that was taken must be submitted again. */
  putBack(job: PlannedJob): void {
    this.#taken -= 1;
    this.#keep(job);
  }

  /** Every job is accepted. */
  get isDone(): boolean {
    const waiting = [this.#singles, ...this.#batches.values()];
    return this.#isDry && this.#taken === 0 && waiting.every(({ length }) => length === 0);
  }

  #keep(job: PlannedJob): void {
    if (job.key !== undefined) this.#singles.push(job);
    else {
      const waiting = this.#batches.get(job.type) ?? [];
      this.#batches.set(job.type, waiting);
      waiting.push(job);
    }
  }

  #ready(): Load | undefined {
    const least = this.#isDry ? 1 : BATCH_JOBS;
    for (const [type, waiting] of this.#batches) {
      if (waiting.length >= least) return { type, jobs: waiting.splice(0, BATCH_JOBS) };
    }
    const job = this.#singles.shift();
    return job?.key === undefined ? undefined : { type: job.type, jobs: [job], key: job.key };
  }
}
