import { SQS_MAX_VISIBILITY_SECONDS } from "./limits.ts";

/** When a failed attempt is tried again. */
export type RetryPolicy = {
  /** Attempts in all, the first included: 1–100. @default 5 */
  readonly attempts: number;
  /** Upper bound of the first wait, in seconds; doubles with each attempt. @default 2 */
  readonly baseSeconds: number;
  /** The most a wait can grow to, in seconds: at most 43,200 (SQS's longest visibility). @default 900 */
  readonly maxSeconds: number;
};

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseSeconds: 2, maxSeconds: 900 };

/** Completes what a job type exports as `retry`, cut to what SQS can do. */
export const retryPolicy = (declared: Partial<RetryPolicy> = {}): RetryPolicy => {
  const policy = { ...DEFAULT_RETRY, ...declared };
  return {
    attempts: clamp(Math.trunc(policy.attempts), 1, 100),
    baseSeconds: clamp(policy.baseSeconds, 0, SQS_MAX_VISIBILITY_SECONDS),
    maxSeconds: clamp(policy.maxSeconds, 0, SQS_MAX_VISIBILITY_SECONDS),
  };
};

/**
 * Returns the wait before the next attempt, in whole seconds: full jitter, `random × min(max, base × 2^(attempt−1))`.
 *
 * @param attempt The attempt that failed, from 1.
 * @param random From the caller's dice, in [0, 1).
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const backoffSeconds = (policy: RetryPolicy, attempt: number, random: number): number => {
  const ceiling = Math.min(policy.maxSeconds, policy.baseSeconds * 2 ** (attempt - 1));
  return Math.round(random * ceiling);
};

/** Returns how long a throttled job waits, in whole seconds and at least one: what was asked for, spread by up to a fifth, or the backoff. */
export const throttleSeconds = (
  policy: RetryPolicy,
  claim: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number => {
  if (retryAfterSeconds === undefined) return Math.max(1, backoffSeconds(policy, Math.min(claim, 10), random));
  return Math.max(1, Math.ceil(Math.min(SQS_MAX_VISIBILITY_SECONDS, retryAfterSeconds * (1 + random / 5))));
};

const clamp = (value: number, low: number, high: number): number =>
  Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
