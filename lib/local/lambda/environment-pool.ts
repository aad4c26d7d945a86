import { type Cancel, type Clock, every } from "../clock.ts";
import type { EnvironmentEnd, LocalEventBody, LocalLog } from "../events.ts";
import type { RunFaults } from "../faults/run-faults.ts";
import type { PassedTime } from "../movable-clock.ts";
import type { FunctionSettings } from "../world.ts";
import { Environment } from "./environment.ts";
import type { FunctionError } from "./result.ts";

export type EnvironmentPoolOptions = {
  /** The most environments of all functions together: the account's concurrency. */
  readonly most: number;
  /** Environments that may load their code at one time; a machine that loads all at once times out in loading. */
  readonly mostLoading: number;
  /** Source of what runs in each thread. */
  readonly source: URL;
  readonly awsUrl: string;
  readonly clock: Clock;
  /** What functions add to this machine's time. @default - nothing */
  readonly passed?: PassedTime | undefined;
  readonly onLog: (line: LocalLog) => void;
  readonly onEvent: (event: LocalEventBody) => void;
  /** @default - nothing goes wrong on purpose */
  readonly faults?: RunFaults | undefined;
};

type Waiting = { readonly settings: FunctionSettings; readonly resolve: (got: Environment | FunctionError) => void };

const IDLE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/**
 * The environments of all functions.
 *
 * Who asks for one gets the first that is free, be it a new one or one that just ended its work.
 */
export class EnvironmentPool {
  readonly #options: EnvironmentPoolOptions;
  readonly #all = new Set<Environment>();
  /** Loaded and without work; the longest unused first. */
  readonly #idle = new Set<Environment>();
  readonly #loading = new Set<Environment>();
  readonly #waiting: Waiting[] = [];
  readonly #cancelSweep: Cancel;
  #isStopped = false;

  constructor(options: EnvironmentPoolOptions) {
    this.#options = options;
    this.#cancelSweep = every(options.clock, LOOK_EVERY_MS, () => this.#removeIdle());
  }

  /** Returns an environment for one invocation, or why none could load the function's code. */
  take(settings: FunctionSettings): Promise<Environment | FunctionError> {
    const idle = [...this.#idle].findLast((environment) => environment.settings.name === settings.name);
    if (idle !== undefined) {
      this.#idle.delete(idle);
      return Promise.resolve(idle);
    }
    const { promise, resolve } = Promise.withResolvers<Environment | FunctionError>();
    this.#waiting.push({ settings, resolve });
    this.#startWhatIsMissing();
    return promise;
  }

  /** Takes an environment back after an invocation. */
  giveBack(environment: Environment): void {
    if (!environment.isEnded) this.#offer(environment);
    this.#startWhatIsMissing();
  }

  /** How many environments a function has. */
  countOf(functionName: string): number {
    return [...this.#all].filter(({ settings }) => settings.name === functionName).length;
  }

  /** Ends one environment as if it had crashed; what it runs fails. @param accessKeyId which */
  crash(accessKeyId: string): void {
    const environment = [...this.#all].find((one) => one.accessKeyId === accessKeyId);
    if (environment !== undefined) this.#remove(environment, "crashed");
  }

  /** Ends all environments; what they run fails. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelSweep();
    for (const { resolve } of this.#waiting.splice(0)) resolve(STOPPED);
    await Promise.all([...this.#all].map((environment) => environment.stop("stopped")));
  }

  #offer(environment: Environment): void {
    if (this.#answerFirst(environment.settings, environment)) return;
    environment.idleSinceMs = this.#options.clock.nowMs();
    this.#idle.add(environment);
  }

  /** Gives something to who has waited longest for an environment of a function, if somebody does. */
  #answerFirst({ name }: FunctionSettings, got: Environment | FunctionError): boolean {
    const first = this.#waiting.findIndex(({ settings }) => settings.name === name);
    const [waiting] = first < 0 ? [] : this.#waiting.splice(first, 1);
    waiting?.resolve(got);
    return waiting !== undefined;
  }

  #startWhatIsMissing(): void {
    const loading = new Map<string, number>();
    for (const { settings } of this.#loading) loading.set(settings.name, (loading.get(settings.name) ?? 0) + 1);
    // Who cannot be started for is told at once, and then waits no more.
    for (const { settings } of [...this.#waiting]) {
      const underway = loading.get(settings.name) ?? 0;
      loading.set(settings.name, underway - 1);
      if (underway > 0) continue;
      if (this.#isStopped || this.#loading.size >= this.#options.mostLoading || !this.#makeRoom()) return;
      void this.#start(settings);
    }
  }

  /** Environments are as many as the account's concurrency: one that idles makes room for one that is needed. */
  #makeRoom(): boolean {
    if (this.#all.size < this.#options.most) return true;
    const [longestUnused] = this.#idle;
    if (longestUnused === undefined) return false;
    this.#remove(longestUnused, "evicted");
    return true;
  }

  async #start(settings: FunctionSettings): Promise<void> {
    const environment = this.#open(settings);
    if (environment === undefined) return;
    this.#all.add(environment);
    this.#loading.add(environment);
    const loaded = await environment.load();
    this.#loading.delete(environment);
    if (typeof loaded === "number") {
      this.#options.onEvent({ kind: "environment-started", functionName: settings.name, initMs: loaded });
      this.#offer(environment);
    } else {
      this.#answerFirst(settings, loaded);
    }
    this.#startWhatIsMissing();
  }

  #open(settings: FunctionSettings): Environment | undefined {
    const { awsUrl, source, clock, passed, onLog, onEvent, faults } = this.#options;
    const onEnd = (reason: EnvironmentEnd): void => {
      this.#forget(environment);
      onEvent({ kind: "environment-ended", functionName: settings.name, reason });
    };
    let environment: Environment;
    try {
      const clockOffMs = faults?.clockOffMs(settings.name);
      environment = new Environment({ settings, awsUrl, source, clock, clockOffMs, passed, onLog, onEnd });
      return environment;
    } catch (error) {
      // Node refuses some NODE_OPTIONS.
      const errorMessage = error instanceof Error ? error.message : String(error);
      this.#answerFirst(settings, { errorType: "Runtime.ExitError", errorMessage, trace: [] });
      return undefined;
    }
  }

  #removeIdle(): void {
    const oldestMs = this.#options.clock.nowMs() - IDLE_MS;
    for (const environment of [...this.#idle]) {
      if (environment.idleSinceMs <= oldestMs) this.#remove(environment, "idle");
    }
  }

  #remove(environment: Environment, reason: EnvironmentEnd): void {
    void environment.stop(reason);
  }

  #forget(environment: Environment): void {
    this.#all.delete(environment);
    this.#idle.delete(environment);
    this.#loading.delete(environment);
  }
}

const STOPPED: FunctionError = { errorType: "Runtime.ExitError", errorMessage: "the run was stopped", trace: [] };
