import type { PlannedJob } from "./scenario.ts";

export type SubmitPlanOptions = {
  readonly apiUrl: string;
  readonly inputOf: (job: PlannedJob, index: number) => unknown;
  readonly signal: AbortSignal;
  readonly onAccepted: (type: PlannedJob["type"], ids: readonly string[]) => void;
};

const TICK_MS = 100;
/** As many as one batch takes. */
const BATCH_JOBS = 500;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Submits each job at its own time, in batches of those that are due; a batch that is not answered is sent again.
 *
 * @returns how often a request was not accepted as a whole, and tried again
 */
export const submitPlan = async (jobs: readonly PlannedJob[], options: SubmitPlanOptions): Promise<number> => {
  const { signal, inputOf } = options;
  const startedMs = performance.now();
  const waiting = jobs.map((job, index) => ({ job, input: inputOf(job, index) }));
  waiting.sort((one, other) => one.job.atMs - other.job.atMs);
  let repeats = 0;
  let pauseMs = TICK_MS;
  while (waiting.length > 0 && !signal.aborted) {
    const nowMs = performance.now() - startedMs;
    const type = waiting[0]?.job.type ?? "deliver-webhook";
    const due = waiting.filter(({ job }) => job.atMs <= nowMs && job.type === type).slice(0, BATCH_JOBS);
    if (due.length === 0) {
      await pause(TICK_MS);
      continue;
    }
    const taken = await postBatch(
      type,
      due.map(({ input }) => input),
      options,
    );
    const accepted = new Set(taken.map(({ index }) => due[index]));
    options.onAccepted(
      type,
      taken.map(({ id }) => id),
    );
    waiting.splice(0, waiting.length, ...waiting.filter((one) => !accepted.has(one)));
    if (accepted.size < due.length) {
      repeats += 1;
      await pause(pauseMs);
    }
    pauseMs = accepted.size < due.length ? Math.min(LONGEST_PAUSE_MS, pauseMs * 2) : TICK_MS;
  }
  return repeats;
};

type Taken = { readonly index: number; readonly id: string };

const postBatch = async (
  type: string,
  inputs: readonly unknown[],
  { apiUrl, signal }: SubmitPlanOptions,
): Promise<readonly Taken[]> => {
  try {
    const response = await fetch(`${apiUrl}/jobs/${type}/batch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jobs: inputs.map((input) => ({ input })) }),
      signal,
    });
    const answer = (await response.json()) as { readonly accepted?: readonly Taken[] };
    return response.status === 202 ? (answer.accepted ?? []) : [];
  } catch {
    return [];
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
