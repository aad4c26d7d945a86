import type { LocalRun } from "../../local/server.ts";
import { workerOf } from "../worker-of-run.ts";
import type { PlannedJob, Scenario } from "./scenario.ts";
import type { ScalerChange, ScenarioLog } from "./scenario-log.ts";
import type { ReceiverCounts, ScenarioReceiver } from "./scenario-receiver.ts";
import { submitPlan } from "./submit-plan.ts";

/** One look at a queue. */
export type QueueSample = {
  readonly atMs: number;
  readonly visible: number;
  readonly inFlight: number;
  readonly running: number;
  /** Invocations that the mapping may have at once; 0 while it is paused. */
  readonly allowed: number;
};

export type QueueSeries = { readonly type: string; readonly samples: readonly QueueSample[] };

/** What became of a scenario. */
export type ScenarioResult = {
  readonly queues: readonly QueueSeries[];
  readonly changes: readonly ScalerChange[];
  readonly receiver: ReceiverCounts;
  readonly jobs: {
    readonly accepted: number;
    readonly poison: number;
    readonly succeeded: number;
    readonly dead: number;
    readonly attempts: number;
  };
  /** Until the last job had ended. */
  readonly lastedMs: number;
};

export type PlayOptions = {
  readonly scenario: Scenario;
  readonly run: LocalRun;
  readonly receiver: ScenarioReceiver;
  readonly log: ScenarioLog;
  readonly signal: AbortSignal;
  /** Takes each look at the queues, once a second. */
  readonly onSample: (queues: readonly QueueSeries[]) => void;
};

const SAMPLE_EVERY_MS = 1_000;
/** Without any job's end for this long, the rest does not end: longer than any backoff or pause. */
const PATIENCE_MS = 300_000;

/** Plays a scenario on a run until all of its jobs have ended, nothing moves any more, or the signal. */
export const playScenario = async (options: PlayOptions): Promise<ScenarioResult> => {
  const { scenario, run, receiver, log, signal, onSample } = options;
  const types = [...new Set(scenario.jobs.map(({ type }) => type))];
  const series = types.map((type) => ({ type, name: workerOf(run, type).functionName, samples: [] as QueueSample[] }));
  const startedMs = performance.now();
  const ids = new Set<string>();
  let isSubmitted = false;
  const over = Promise.withResolvers<void>();
  let [seen, movedMs] = [0, startedMs];
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const { name, samples } of series) samples.push(sampleOf(run, name, nowMs - startedMs));
    onSample(series);
    if (log.ended.size !== seen) [seen, movedMs] = [log.ended.size, nowMs];
    const isDone = isSubmitted && [...ids].every((id) => log.ended.has(id));
    if (isDone || signal.aborted || (isSubmitted && nowMs - movedMs > PATIENCE_MS)) over.resolve();
  }, SAMPLE_EVERY_MS);
  try {
    await submitPlan(scenario.jobs, {
      apiUrl: run.apiUrl,
      signal,
      inputOf: (job, index) => inputOf(job, index, receiver),
      onAccepted: (_type, accepted) => {
        for (const id of accepted) ids.add(id);
      },
    });
    isSubmitted = true;
    await over.promise;
  } finally {
    clearInterval(timer);
  }
  const ends = [...log.ended].flatMap(([id, end]) => (ids.has(id) ? [end] : []));
  const count = (status: string): number => ends.filter((end) => end.status === status).length;
  return {
    queues: series,
    changes: log.changes,
    receiver: receiver.counts(),
    jobs: {
      accepted: ids.size,
      poison: scenario.jobs.filter(({ isPoison }) => isPoison).length,
      succeeded: count("succeeded"),
      dead: count("dead"),
      attempts: log.attempts(),
    },
    lastedMs: Math.max(0, ...ends.map(({ atMs }) => atMs)),
  };
};

const inputOf = (job: PlannedJob, index: number, receiver: ScenarioReceiver): unknown => {
  const url = receiver.urlFor(job);
  return job.type === "profile-csv" ? { url } : { url, event: "scenario.step", data: { index } };
};

const sampleOf = (run: LocalRun, functionName: string, atMs: number): QueueSample => {
  const found = run.observe().find((mapping) => mapping.functionName === functionName);
  const { visible = 0, inFlight = 0, running = 0, allowed = 0 } = found ?? {};
  return { atMs, visible, inFlight, running, allowed };
};
