import { checkInput, type JobContext, type JobTypeModule } from "../../lib/core/job-type.ts";
import { MAX_RESULT_BYTES } from "../../lib/core/limits.ts";
import { jobError, type Outcome, outcomeOf } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";

/** How long a handler may take to stop after its signal aborts, in milliseconds. */
export const GRACE_MS = 500;

/**
 * Runs one attempt of a job and says how it ended; never throws.
 *
 * The signal aborts after `limitMs`; a handler that does not stop within {@link GRACE_MS} after that is no longer
 * waited for. What it still does then, it does at its own risk.
 */
export const runJob = async (
  module: JobTypeModule,
  input: unknown,
  context: Omit<JobContext, "signal" | "remainingMs">,
  { limitMs, clock }: { readonly limitMs: number; readonly clock: Clock },
): Promise<Outcome> => {
  const checked = await checkInput(module.input, input).catch((error: unknown) => ({ thrown: error }));
  if ("thrown" in checked) return outcomeOf(checked.thrown);
  if ("violations" in checked) {
    const reasons = checked.violations.map(({ path, message }) => `${path || "/"}: ${message}`).join("; ");
    return { kind: "permanent", error: jobError("InvalidInput", reasons) };
  }

  const deadlineMs = clock.nowMs() + limitMs;
  const timer = timeLimit(clock, limitMs);
  const remainingMs = (): number => Math.max(0, deadlineMs - clock.nowMs());
  try {
    const value = checked.value as never;
    const running = call(module, value, { ...context, signal: timer.signal, remainingMs });
    return await Promise.race([running, timer.overrun]);
  } finally {
    timer.stop();
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

const succeeded = (result: unknown): Outcome => {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? "");
  if (bytes <= MAX_RESULT_BYTES) return { kind: "succeeded", result };
  const reason = `the result must be at most ${MAX_RESULT_BYTES} bytes as JSON, got ${bytes}`;
  return { kind: "permanent", error: jobError("ResultTooLarge", reason) };
};

const timedOut = (last: string): Outcome => ({
  kind: "transient",
  error: jobError("JobTimedOut", `the job's time ran out (${last})`),
});

const timeLimit = (
  clock: Clock,
  limitMs: number,
): { readonly signal: AbortSignal; readonly overrun: Promise<Outcome>; readonly stop: () => void } => {
  const controller = new AbortController();
  const overrun = Promise.withResolvers<Outcome>();
  const stops: (() => void)[] = [];
  const abort = (): void => {
    stops.push(clock.after(GRACE_MS, () => overrun.resolve(timedOut("the handler did not heed its signal"))));
    controller.abort(new DOMException("the job's time ran out", "TimeoutError"));
  };
  stops.push(clock.after(limitMs, abort));
  const stop = (): void => {
    for (const cancel of stops) cancel();
  };
  return { signal: controller.signal, overrun: overrun.promise, stop };
};
