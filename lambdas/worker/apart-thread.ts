import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { describeError, type JobError, jobError } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";
import { APART_ARGUMENT, type FromApart, type ToApart } from "./apart-messages.ts";
import { startFailed } from "./apart-start-failed.ts";
import { type AttemptContext, GRACE_MS, type RunEnd, type RunOptions, timedOut, unlessCancelled } from "./run-job.ts";

export type ApartOptions = RunOptions & {
  /** When the caller can wait no longer, in milliseconds since the epoch: a late start shortens the attempt's limit. */
  readonly endsByMs?: number;
};

export type ApartThreadOptions = {
  /** What the thread loads: a bundle that calls `serveWorker`. */
  readonly source: URL;
  /** How far the thread's heap may grow. */
  readonly heapMiB: number;
  readonly onExit: () => void;
};

/** How long a thread may take until it starts an attempt, in milliseconds. */
const START_MS = 5_000;
/** How late a thread may be to do what is due, in milliseconds: the handler's grace and as much again. */
const LATE_MS = 2 * GRACE_MS;
/** How long the end of a thread is waited for, in milliseconds: one that is busy where V8 does not look may take for ever. */
const END_MS = 500;

/**
 * Less than the 16 MiB that Node grants a thread to come to an end in when it runs out of memory: with more, the
 * whole process would run out with it.
 */
const YOUNG_GENERATION_MIB = 8;

/** A thread that has loaded a function's bundle and runs attempts of its job type, one at a time. */
export class ApartThread {
  readonly #thread: Worker;
  readonly #heapMiB: number;
  #hear: (message: FromApart) => void = () => undefined;
  #end: (end: RunEnd) => void = () => undefined;
  #hasStarted = false;
  #isReusable = false;

  /** @throws what Node throws where it can start no thread */
  constructor({ source, heapMiB, onExit }: ApartThreadOptions) {
    heedResourceLimits();
    this.#heapMiB = heapMiB;
    this.#thread = new Worker(source, {
      name: "apart",
      argv: [APART_ARGUMENT],
      resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    this.#thread.unref();
    this.#thread.on("message", (message: FromApart) => this.#hear(message));
    // An error may overtake what the thread said before it; the exit comes after all of that.
    let crash: { readonly thrown: unknown } | undefined;
    this.#thread.on("error", (thrown) => {
      crash = { thrown };
    });
    this.#thread.on("exit", (code) => {
      this.#endWith(crash === undefined ? this.#exit(code) : this.#crash(crash.thrown));
      onExit();
    });
  }

  /** The last attempt came to an end and left nothing in the thread that still runs. */
  get isReusable(): boolean {
    return this.#isReusable;
  }

  /** Runs one attempt; never throws. */
  async run(
    input: unknown,
    context: AttemptContext,
    { limitMs, clock, cancelled, onCall, endsByMs }: ApartOptions,
  ): Promise<RunEnd> {
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const patience = patienceOf(clock);
    const cancel = (): void => {
      this.#post({ kind: "cancel" });
      patience.lasts(LATE_MS, () => resolve({ kind: "cancelled" }));
    };
    this.#hasStarted = false;
    this.#isReusable = false;
    this.#end = resolve;
    this.#hear = (message) => {
      if (message.kind === "log") context.log(message.event, JSON.parse(message.fields));
      if (message.kind === "called") onCall?.(message.durationMs);
      if (message.kind === "ended") {
        this.#isReusable = message.isClean;
        resolve(endOf(message));
      }
      if (message.kind === "started") {
        this.#hasStarted = true;
        const lastsMs = cancelled?.aborted === true ? LATE_MS : message.limitMs + LATE_MS;
        patience.lasts(lastsMs, () => resolve(timedOut(BLOCKED)));
      }
    };
    this.#post(orderOf(input, context, limitMs, endsByMs));
    this.#thread.ref();
    patience.lasts(START_MS, () => this.#endWith(startFailed(`it did not within ${START_MS / 1_000} s`)));
    cancelled?.addEventListener("abort", cancel, { once: true });
    const end = await promise;
    this.#hear = () => undefined;
    cancelled?.removeEventListener("abort", cancel);
    patience.ends();
    this.#thread.unref();
    return unlessCancelled(end, cancelled);
  }

  /** Ends the thread with all that runs in it. */
  async stop(clock: Clock): Promise<void> {
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    const cancelTimer = clock.after(END_MS, resolve);
    await Promise.race([timeIsUp, this.#thread.terminate()]);
    cancelTimer();
  }

  #post(message: ToApart): void {
    this.#thread.postMessage(message);
  }

  #endWith(error: JobError): void {
    this.#isReusable = false;
    this.#end({ kind: "transient", error });
  }

  #crash(thrown: unknown): JobError {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_WORKER_OUT_OF_MEMORY") {
      return jobError("OutOfMemory", `the handler needs more than the ${this.#heapMiB} MiB of heap that it may have`);
    }
    const { code, message } = describeError(thrown);
    return this.#hasStarted
      ? jobError(
          "UncaughtError",
          `${code}: ${message} (thrown outside the handler's promise, where nothing catches it)`,
        )
      : startFailed(`${code}: ${message}`);
  }

  #exit(code: number): JobError {
    return this.#hasStarted
      ? jobError("ProcessExited", `the handler ended the process with exit code ${code}`)
      : startFailed(`it ended with exit code ${code}`);
  }
}

const BLOCKED = "the handler blocked its thread and did not heed its signal";

const orderOf = (
  input: unknown,
  { id, attempt, tenant, submittedAt, idempotencyKey, environment }: AttemptContext,
  limitMs: number,
  endsByMs: number | undefined,
): ToApart => ({
  kind: "run",
  input,
  // A process's environment is an object that no port takes.
  context: { id, attempt, tenant, submittedAt, idempotencyKey, environment: { ...environment } },
  limitMs,
  endsByMs: endsByMs === undefined ? undefined : endsByMs - LATE_MS - END_MS,
});

const endOf = ({ end, result }: FromApart & { readonly kind: "ended" }): RunEnd =>
  end.kind === "succeeded" ? { kind: "succeeded", result: result === undefined ? undefined : JSON.parse(result) } : end;

/** Waits for one thing at a time. */
const patienceOf = (
  clock: Clock,
): { readonly lasts: (ms: number, isOver: () => void) => void; readonly ends: () => void } => {
  let ends = (): void => undefined;
  return {
    lasts: (ms, isOver) => {
      ends();
      ends = clock.after(ms, isOver);
    },
    ends: () => ends(),
  };
};

/**
 * Lets the limits of a thread count.
 *
 * Lambda starts Node with limits for the heap on its command line, which V8 prefers to a thread's own. The heap of
 * who calls has its size already and keeps it.
 *
 * @see https://nodejs.org/docs/latest-v24.x/api/worker_threads.html#new-workerfilename-options
 */
const heedResourceLimits = (): void => {
  setFlagsFromString("--max-old-space-size=0");
  setFlagsFromString("--max-semi-space-size=0");
};
