import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../../lib/local/faults/seeded-random.ts";
import type { Stage } from "./campaign.ts";
import type { AcceptedCancel, AcceptedJob, RequestedRedrive } from "./evidence.ts";
import { malformedBodies, spoilQueues } from "./malformed.ts";
import { cancel, redriveByTwo, submitAgain } from "./meddle.ts";
import { type PlannedJob, plannedJobs } from "./planned-jobs.ts";
import { submitAll } from "./submit.ts";
import { watchAndKill } from "./watch-and-kill.ts";

/** Visible messages above which nothing more is submitted: a long queue would only make late what comes back. */
const FULL = 1_500;
/** Visible messages below which the load counts as over. */
const CALM = 20;
const LOOK_EVERY_MS = 200;
/** The share of dead jobs that are redriven while faults are injected. */
const REDRIVEN_SHARE = 0.3;
/** The share of jobs with a key that are submitted again. */
const REPEATED_SHARE = 0.2;

/** The load of a campaign: jobs are submitted, some of them cancelled, and some of the dead redriven. */
export class Load {
  readonly accepted: AcceptedJob[] = [];
  readonly cancels: AcceptedCancel[] = [];
  readonly redrives: RequestedRedrive[] = [];
  readonly malformed: readonly string[];
  /** Requests of the submitter that nobody answered. */
  unanswered = 0;
  readonly #stage: Stage;
  readonly #random: () => number;
  readonly #kinds = new Map<string, AcceptedJob["behaviour"]["kind"]>();
  readonly #meddling = new Set<Promise<void>>();

  constructor(stage: Stage) {
    const { jobs, seed } = stage.options;
    const types = stage.system.workers.map(({ jobType }) => jobType);
    this.#stage = stage;
    this.#random = seededRandom(seed + 1);
    this.malformed = malformedBodies(Math.ceil(jobs / 500), seed, types);
  }

  /** Submits all jobs, meddles with them and kills the process now and then; ends when nearly all are done. */
  async run(): Promise<void> {
    const { options, reader } = this.#stage;
    const over = new AbortController();
    const watching = watchAndKill(this.#stage, () => this.#kinds.size, over.signal);
    reader.onSettled = (id, status) => this.#settled(id, status);
    try {
      await Promise.race([this.#submitAll(AbortSignal.any([options.signal, over.signal])), watching]);
    } finally {
      over.abort();
    }
    await watching;
    reader.onSettled = () => undefined;
    await Promise.all(this.#meddling);
  }

  /** Ends when all jobs are accepted and few are left in the queues. */
  async #submitAll(signal: AbortSignal): Promise<void> {
    const { options, system, receiver } = this.#stage;
    const { jobs, seed } = options;
    const submitting = submitAll({
      jobs: plannedJobs(jobs, seed, receiver.url),
      apiUrl: () => system.apiUrl,
      isFull: () => system.visible > FULL,
      signal,
      onAccepted: (job, id) => this.#accept(job, id),
      onUnanswered: () => {
        this.unanswered += 1;
      },
    });
    await Promise.all([submitting, spoilQueues(system, this.malformed, () => this.#kinds.size / jobs, signal)]);
    options.say(`all ${this.#kinds.size} jobs are accepted`);
    while (system.mappings.length === 0 || system.visible > CALM) await pause(LOOK_EVERY_MS, undefined, { signal });
  }

  #accept(job: PlannedJob, id: string): void {
    const { system, receiver } = this.#stage;
    const { behaviour, key, isCancelled } = job;
    this.accepted.push({ id, behaviour, key });
    this.#kinds.set(id, behaviour.kind);
    if (isCancelled) {
      this.#meddle(async () => {
        const cancelled = await cancel(() => system.apiUrl, id, receiver.nowMs);
        if (cancelled !== undefined) this.cancels.push(cancelled);
      });
    }
    if (key !== undefined && this.#random() < REPEATED_SHARE) {
      this.#meddle(async () => {
        const again = await submitAgain(system.apiUrl, job);
        if (again !== undefined) this.accepted.push({ id: again, behaviour, key });
      });
    }
  }

  #settled(id: string, status: string): void {
    const { system, receiver } = this.#stage;
    const kind = this.#kinds.get(id);
    if (status !== "dead" || kind === undefined || kind === "poison" || this.#random() > REDRIVEN_SHARE) return;
    this.#meddle(async () => {
      this.redrives.push(await redriveByTwo(system.apiUrl, id, receiver.nowMs));
    });
  }

  #meddle(work: () => Promise<void>): void {
    const working = work().finally(() => this.#meddling.delete(working));
    this.#meddling.add(working);
  }
}
