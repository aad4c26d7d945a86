import { checkInput, type JobContext, type JobTypeModule } from "../../lib/core/job-type.ts";
import { MAX_RESULT_BYTES } from "../../lib/core/limits.ts";
import { type JobError, jobError, type Outcome, outcomeOf } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";

/** How long a handler may take to stop after its signal aborts, in milliseconds. */
export const GRACE_MS = 500;

/** How a run of a handler ended: `cancelled` if somebody cancelled the job and it brought no result in spite of it. */
export type RunEnd = Outcome | { readonly kind: "cancelled" };

/** What a job is told of one attempt by who runs it. */
export type AttemptContext = Omit<JobContext, "signal" | "remainingMs" | "measure">;

export type RunOptions = {
  readonly limitMs: number;
  readonly clock: Clock;
  /** Aborts when somebody cancels the job. */
  readonly cancelled?: AbortSignal;
  /** Hears of each call that the handler measured, when it has ended. */
  readonly onCall?: (durationMs: number) => void;
};

/**
 * Runs one attempt of a job and says how it ended; never throws.
 *
 * The signal aborts after `limitMs`, or when the job is cancelled; a handler that does not stop within
 * {@link GRACE_MS} after that is no longer waited for. What it still does then, it does at its own risk.
 */
export const runJob = async (
  module: JobTypeModule,
  input: unknown,
  context: AttemptContext,
  options: RunOptions,
): Promise<RunEnd> => unlessCancelled(await attempt(module, input, context, options), options.cancelled);

/** A result counts even if the job was cancelled meanwhile; nothing else does. */
export const unlessCancelled = (end: RunEnd, cancelled: AbortSignal | undefined): RunEnd =>
  cancelled?.aborted === true && end.kind !== "succeeded" ? { kind: "cancelled" } : end;

const attempt = async (
  module: JobTypeModule,
  input: unknown,
  context: AttemptContext,
  { limitMs, clock, cancelled, onCall }: RunOptions,
): Promise<RunEnd> => {
  const checked = await checkInput(module.input, input).catch((error: unknown) => ({ thrown: error }));
  if ("thrown" in checked) return outcomeOf(checked.thrown);
  if ("violations" in checked) {
    const reasons = checked.violations.map(({ path, message }) => `${path || "/"}: ${message}`).join("; ");
    return { kind: "permanent", error: jobError("InvalidInput", reasons) };
  }
  if (cancelled?.aborted === true) return { kind: "cancelled" };

  const deadlineMs = clock.nowMs() + limitMs;
  const limit = untilStopped(clock, limitMs, cancelled);
  const remainingMs = (): number => Math.max(0, deadlineMs - clock.nowMs());
  let isOver = false;
  // What a call takes that outlives its attempt is nobody's.
  const measure = measureWith(clock, (durationMs) => isOver || onCall?.(durationMs));
  try {
    const value = checked.value as never;
    const running = call(module, value, { ...context, signal: limit.signal, remainingMs, measure });
    return await Promise.race([running, limit.overrun]);
  } finally {
    isOver = true;
    limit.stop();
  }
};

const call = async (module: JobTypeModule, input: never, context: JobContext): Promise<Outcome> => {
  try {
    return succeeded(await module.run(input, context));
  } catch (thrown) {
    const outcome = outcomeOf(thrown);
    const isOverrun = context.signal.aborted && outcome.kind === "transient";
    return isOverrun ? timedOut(outcome.error.message) : outcome;
  }
};

const measureWith =
  (clock: Clock, onCall: (durationMs: number) => void): JobContext["measure"] =>
  async (call) => {
    const startedMs = clock.nowMs();
    try {
      return await call();
    } finally {
      onCall(Math.max(0, clock.nowMs() - startedMs));
    }
  };

const succeeded = (result: unknown): Outcome => {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? "");
  if (bytes <= MAX_RESULT_BYTES) return { kind: "succeeded", result };
  const reason = `the result must be at most ${MAX_RESULT_BYTES} bytes as JSON, got ${bytes}`;
  return { kind: "permanent", error: jobError("ResultTooLarge", reason) };
};

const JOB_TIMED_OUT = "JobTimedOut";

/** @param last What the handler said or did at the end of its time */
export const timedOut = (last: string): Outcome => ({
  kind: "transient",
  error: jobError(JOB_TIMED_OUT, `the job's time ran out (${last})`),
});

/** Tells whether an attempt has failed because its time ran out. */
export const isTimedOut = ({ code }: JobError): boolean => code === JOB_TIMED_OUT;

const untilStopped = (
  clock: Clock,
  limitMs: number,
  cancelled: AbortSignal | undefined,
): { readonly signal: AbortSignal; readonly overrun: Promise<Outcome>; readonly stop: () => void } => {
  const controller = new AbortController();
  const overrun = Promise.withResolvers<Outcome>();
  const stops: (() => void)[] = [];
  const abort = (reason: DOMException): void => {
    stops.push(clock.after(GRACE_MS, () => overrun.resolve(timedOut("the handler did not heed its signal"))));
    controller.abort(reason);
  };
  const cancel = (): void => abort(new DOMException("the job was cancelled", "AbortError"));
  stops.push(clock.after(limitMs, () => abort(new DOMException("the job's time ran out", "TimeoutError"))));
  cancelled?.addEventListener("abort", cancel, { once: true });
  stops.push(() => cancelled?.removeEventListener("abort", cancel));
  const stop = (): void => {
    for (const undo of stops) undo();
  };
  return { signal: controller.signal, overrun: overrun.promise, stop };
};
