import { availableParallelism, totalmem } from "node:os";

const INVOCATIONS_PER_CORE = 20;
const LEAST = 10;
const MOST = 1_000;
const BYTES_PER_ENVIRONMENT = 64 * 1_024 * 1_024;

/** Returns how many invocations this machine is taken to carry at once: 20 per core, in half of its memory at 64 MiB each. */
export const defaultAccountConcurrency = (cores = availableParallelism(), memoryBytes = totalmem()): number => {
  const wanted = Math.max(LEAST, INVOCATIONS_PER_CORE * cores);
  return Math.max(1, Math.min(wanted, Math.floor(memoryBytes / 2 / BYTES_PER_ENVIRONMENT), MOST));
};

/**
 * The account's concurrency: how many invocations may run at once, of all functions together.
 *
 * A function that reserves some has them for itself, and never more.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class AccountConcurrency {
  /** Of all functions together. */
  readonly limit: number;
  readonly #reserved: ReadonlyMap<string, number>;
  readonly #running = new Map<string, number>();
  #unreserved: number;

  constructor(limit: number, reserved: ReadonlyMap<string, number>) {
    this.limit = limit;
    this.#reserved = reserved;
    this.#unreserved = Math.max(0, limit - [...reserved.values()].reduce((sum, some) => sum + some, 0));
  }

  /** Takes one invocation's place, and returns what gives it back; none when there is no place. */
  take(functionName: string): (() => void) | undefined {
    const reserved = this.#reserved.get(functionName);
    const running = this.running(functionName);
    if (reserved === undefined ? this.#unreserved < 1 : running >= reserved) return undefined;
    if (reserved === undefined) this.#unreserved -= 1;
    this.#running.set(functionName, running + 1);
    return () => {
      if (reserved === undefined) this.#unreserved += 1;
      this.#running.set(functionName, this.running(functionName) - 1);
    };
  }

  /** How many invocations of a function run now. */
  running(functionName: string): number {
    return this.#running.get(functionName) ?? 0;
  }
}
