import type { Clock } from "../clock.ts";
import type { LocalEventBody } from "../events.ts";
import type { AsyncSettings } from "../world.ts";
import type { InvocationResult } from "./result.ts";

/** AWS's defaults. @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const ASYNC_DEFAULTS: AsyncSettings = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 };

export type AsyncInvocationsOptions = {
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  readonly settingsOf: (functionName: string) => AsyncSettings;
  readonly clock: Clock;
  readonly onEvent: (event: LocalEventBody) => void;
};

/** The waits before the second and the third attempt of a function that fails. */
const FAILED_RETRY_MS = [60_000, 120_000] as const;
const THROTTLED_RETRY_MS = { first: 1_000, most: 300_000 } as const;

/**
 * Invocations whose caller does not wait: Lambda's own queue of events.
 *
 * An event that finds no concurrency is tried again until it is too old; one whose function fails, as often as the
 * function's settings say.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  readonly #work = new Set<Promise<void>>();
  readonly #sleepers = new Set<() => void>();
  #isEnding = false;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /** Takes an event. @param payload JSON */
  send(functionName: string, payload: string): void {
    if (this.#isEnding) return;
    const work = this.#deliver(functionName, payload);
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  /** Ends for good: events that wait are lost; resolves when nothing runs any more. */
  async drain(): Promise<void> {
    this.#isEnding = true;
    for (const wake of this.#sleepers) wake();
    await Promise.all(this.#work);
  }

  async #deliver(functionName: string, payload: string): Promise<void> {
    const { invoke, settingsOf, clock, onEvent } = this.#options;
    const { maximumRetryAttempts, maximumEventAgeSeconds } = settingsOf(functionName);
    const oldestMs = clock.nowMs() + maximumEventAgeSeconds * 1_000;
    let throttledMs: number = THROTTLED_RETRY_MS.first;
    let failures = 0;
    while (!this.#isEnding) {
      const result = await invoke(functionName, payload);
      if (result.kind === "succeeded") return;
      let waitMs = throttledMs;
      if (result.kind === "throttled") throttledMs = Math.min(throttledMs * 2, THROTTLED_RETRY_MS.most);
      else {
        failures += 1;
        if (failures > maximumRetryAttempts) {
          return onEvent({ kind: "async-event-dropped", functionName, reason: "retries-exhausted" });
        }
        waitMs = FAILED_RETRY_MS[failures - 1] ?? FAILED_RETRY_MS[1];
      }
      if (clock.nowMs() + waitMs > oldestMs) {
        return onEvent({ kind: "async-event-dropped", functionName, reason: "too-old" });
      }
      await this.#sleep(waitMs);
    }
  }

  /** Waits for a time, or until the end. */
  async #sleep(durationMs: number): Promise<void> {
    if (this.#isEnding) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(durationMs, resolve);
    this.#sleepers.add(resolve);
    await promise;
    this.#sleepers.delete(resolve);
    cancel();
  }
}
