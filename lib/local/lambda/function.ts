import { randomUUID } from "node:crypto";
import { LAMBDA_MAX_PAYLOAD_BYTES } from "../../core/limits.ts";
import type { Clock } from "../clock.ts";
import type { LocalEventBody } from "../events.ts";
import type { RunFaults } from "../faults/run-faults.ts";
import type { FunctionSettings } from "../world.ts";
import type { AccountConcurrency } from "./account-concurrency.ts";
import type { EnvironmentPool } from "./environment-pool.ts";
import type { FunctionMetrics } from "./function-metrics.ts";
import type { FunctionError, InvocationResult } from "./result.ts";

export type FunctionOptions = {
  readonly settings: FunctionSettings;
  readonly account: AccountConcurrency;
  readonly pool: EnvironmentPool;
  readonly metrics: FunctionMetrics;
  readonly clock: Clock;
  readonly onEvent: (event: LocalEventBody) => void;
  /** Lets environments die with their answer. @default - nothing goes wrong on purpose */
  readonly faults?: RunFaults | undefined;
};

/** A Lambda function. */
export class LambdaFunction {
  readonly settings: FunctionSettings;
  readonly #options: FunctionOptions;

  constructor(options: FunctionOptions) {
    this.settings = options.settings;
    this.#options = options;
  }

  /** Invokes the function and waits for its answer. @param payload JSON */
  async invoke(payload: string): Promise<InvocationResult> {
    const { settings, account, metrics, onEvent } = this.#options;
    if (Buffer.byteLength(payload) > LAMBDA_MAX_PAYLOAD_BYTES) return TOO_LARGE;
    const giveBack = account.take(settings.name);
    if (giveBack === undefined) {
      metrics.throttled();
      onEvent({ kind: "invocation-throttled", functionName: settings.name });
      return { kind: "throttled" };
    }
    metrics.setRunning(this.running);
    try {
      return await this.#run(payload);
    } finally {
      giveBack();
      metrics.setRunning(this.running);
    }
  }

  /** Invocations that run now. */
  get running(): number {
    return this.#options.account.running(this.settings.name);
  }

  get environments(): number {
    return this.#options.pool.countOf(this.settings.name);
  }

  async #run(payload: string): Promise<InvocationResult> {
    const { metrics, clock, onEvent } = this.#options;
    const functionName = this.settings.name;
    const requestId = randomUUID();
    const startedMs = clock.nowMs();
    onEvent({ kind: "invocation-started", functionName, requestId });
    const result = await runIn(this.#options, requestId, payload);
    const durationMs = clock.nowMs() - startedMs;
    const errorType = result.kind === "failed" ? result.error.errorType : undefined;
    metrics.invoked({ durationMs, isError: errorType !== undefined });
    onEvent({ kind: "invocation-ended", functionName, requestId, durationMs, errorType });
    return result;
  }
}

const runIn = async (
  { pool, settings, faults }: FunctionOptions,
  requestId: string,
  payload: string,
): Promise<InvocationResult> => {
  const environment = await pool.take(settings);
  if ("errorType" in environment) return { kind: "failed", error: environment };
  try {
    const result = await environment.invoke(requestId, payload);
    if (faults?.losesAnswer(settings.name) !== true) return result;
    await environment.stop("crashed");
    return { kind: "failed", error: GONE };
  } finally {
    pool.giveBack(environment);
  }
};

const GONE: FunctionError = {
  errorType: "Runtime.ExitError",
  errorMessage: "the environment was ended before its answer was heard",
  trace: [],
};

const TOO_LARGE: InvocationResult = {
  kind: "failed",
  error: {
    errorType: "RequestEntityTooLargeException",
    errorMessage: `Request must be smaller than ${LAMBDA_MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation`,
    trace: [],
  },
};
