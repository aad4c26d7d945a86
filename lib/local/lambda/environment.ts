import type { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { EnvironmentEnd, LocalLog } from "../events.ts";
import type { PassedTime } from "../movable-clock.ts";
import type { FunctionSettings } from "../world.ts";
import { newEnvironmentKey } from "./environment-key.ts";
import { openThread } from "./open-thread.ts";
import type { FunctionError, InvocationResult } from "./result.ts";
import type { FromThread, ToThread } from "./thread-messages.ts";

export type EnvironmentOptions = {
  readonly settings: FunctionSettings;
  readonly awsUrl: string;
  /** What runs in the thread. */
  readonly source: URL;
  readonly clock: Clock;
  /** By how much the function's clock is wrong, where somebody asked for that. @default - it is right */
  readonly clockOffMs?: number | undefined;
  /** What the function adds to this machine's time. @default - nothing */
  readonly passed?: PassedTime | undefined;
  readonly onLog: (line: LocalLog) => void;
  /** Called once, when the environment can run nothing more. */
  readonly onEnd: (reason: EnvironmentEnd) => void;
};

/** What Lambda gives a function to load its module. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_TIMEOUT_MS = 10_000;

/** How long the end of a thread is waited for: one that loops where V8 does not look is never seen to end. */
const THREAD_END_MS = 2_000;

/** One of Lambda's execution environments: a thread that loaded a function's code, and runs one invocation at a time. */
export class Environment {
  readonly settings: FunctionSettings;
  /** Of the credentials that the function calls AWS's services with. */
  readonly accessKeyId = newEnvironmentKey();
  /** When it last had nothing to do, for who removes the longest unused. */
  idleSinceMs = 0;
  readonly #clock: Clock;
  readonly #onEnd: (reason: EnvironmentEnd) => void;
  readonly #thread: Worker;
  /** Resolves when the thread and all that it printed are over. */
  readonly #closed: Promise<void>;
  readonly #loaded = Promise.withResolvers<number | FunctionError>();
  #running: { readonly requestId: string; readonly resolve: (result: InvocationResult) => void } | undefined;
  #isEnded = false;
  /** Why the thread is about to end, where it said so itself. */
  #crash: { readonly reason: EnvironmentEnd; readonly error: FunctionError } | undefined;

  /** @throws what Node throws where it refuses the function's NODE_OPTIONS */
  constructor(options: EnvironmentOptions) {
    this.settings = options.settings;
    this.#clock = options.clock;
    this.#onEnd = options.onEnd;
    const { thread, closed } = openThread({
      clockOffMs: undefined,
      passed: undefined,
      ...options,
      accessKeyId: this.accessKeyId,
    });
    this.#thread = thread;
    this.#closed = closed;
    thread.on("message", (message: FromThread) => this.#hear(message));
    thread.on("error", (error) => {
      this.#crash ??= crashOf(error, this.#request);
    });
    thread.on("exit", (exitCode) => this.#exit(exitCode));
  }

  /** Waits until the function's module is loaded. @returns how many milliseconds that took, or why it could not be */
  async load(): Promise<number | FunctionError> {
    const cancel = this.#clock.after(INIT_TIMEOUT_MS, () => {
      const message = `Init timed out after ${seconds(INIT_TIMEOUT_MS)} seconds`;
      this.#end("init-failed", lambdaError("Sandbox.Timedout", message));
      void this.#thread.terminate();
    });
    const loaded = await this.#loaded.promise;
    cancel();
    return loaded;
  }

  /** Runs one invocation; only one may run at a time. @param payload JSON */
  async invoke(requestId: string, payload: string): Promise<InvocationResult> {
    if (this.#isEnded) return { kind: "failed", error: GONE };
    const timeoutMs = this.settings.timeoutSeconds * 1_000;
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    this.#running = { requestId, resolve };
    const cancel = this.#clock.after(timeoutMs, () => {
      const message = `RequestId: ${requestId} Error: Task timed out after ${seconds(timeoutMs)} seconds`;
      this.#end("timed-out", lambdaError("Sandbox.Timedout", message));
      void this.#thread.terminate();
    });
    const message: ToThread = { requestId, payload, deadlineMs: this.#clock.nowMs() + timeoutMs };
    this.#thread.postMessage(message);
    const result = await promise;
    cancel();
    return result;
  }

  get isEnded(): boolean {
    return this.#isEnded || this.#crash !== undefined;
  }

  /** Ends the thread; what it runs fails. */
  async stop(reason: EnvironmentEnd): Promise<void> {
    this.#end(reason, GONE);
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(THREAD_END_MS, resolve);
    await Promise.race([timeIsUp, Promise.all([this.#thread.terminate(), this.#closed])]);
    cancel();
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case "ready":
        this.#loaded.resolve(message.initMs);
        break;
      case "init-failed":
        this.#end("init-failed", message.error);
        void this.#thread.terminate();
        break;
      case "crashed":
        this.#crash = { reason: "crashed", error: message.error };
        break;
      default:
        this.#settle(message);
    }
  }

  #exit(exitCode: number): void {
    const reason = exitCode === 0 ? "without providing a reason" : `with error: exit status ${exitCode}`;
    const exit = lambdaError("Runtime.ExitError", `${this.#request}Error: Runtime exited ${reason}`);
    const crash = this.#crash ?? { reason: "crashed", error: exit };
    this.#end(crash.reason, crash.error);
  }

  #end(reason: EnvironmentEnd, error: FunctionError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#loaded.resolve(error);
    this.#settle({ kind: "failed", error });
    this.#onEnd(reason);
  }

  #settle(result: InvocationResult): void {
    const running = this.#running;
    this.#running = undefined;
    running?.resolve(result);
  }

  get #request(): string {
    return this.#running === undefined ? "" : `RequestId: ${this.#running.requestId} `;
  }
}

const crashOf = (error: unknown, request: string): { reason: EnvironmentEnd; error: FunctionError } => {
  if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") {
    const message = `${request}Error: Runtime exited with error: signal: killed`;
    return { reason: "out-of-memory", error: lambdaError("Runtime.OutOfMemory", message) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "crashed", error: lambdaError("Runtime.ExitError", message) };
};

const lambdaError = (errorType: string, errorMessage: string): FunctionError => ({
  errorType,
  errorMessage,
  trace: [],
});

const GONE = lambdaError("Runtime.ExitError", "the environment was ended");

const seconds = (durationMs: number): string => (durationMs / 1_000).toFixed(2);
