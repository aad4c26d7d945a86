import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffSeconds, DEFAULT_RETRY, retryPolicy, throttleSeconds } from "../../lib/core/retry.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("retry policies", () => {
  it("fill in what a job type leaves out", () => {
    expect(retryPolicy({ attempts: 2 })).toEqual({ ...DEFAULT_RETRY, attempts: 2 });
  });

  it("are cut to what SQS can do", () => {
    expect(retryPolicy({ attempts: 0, baseSeconds: -1, maxSeconds: 1e9 })).toEqual({
      attempts: 1,
      baseSeconds: 0,
      maxSeconds: 43_200,
    });
    expect(retryPolicy({ attempts: Number.NaN }).attempts).toBe(1);
  });
});

describe("backoff", () => {
  it.each([
    [1, 2],
    [2, 4],
    [3, 8],
    [9, 512],
    [10, 900],
    [50, 900],
  ])("after attempt %i is at most %i s", (attempt, ceiling) => {
    expect(backoffSeconds(DEFAULT_RETRY, attempt, 0.999_999)).toBe(ceiling);
    expect(backoffSeconds(DEFAULT_RETRY, attempt, 0)).toBe(0);
  });

  it("spreads over the whole range: full jitter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), random, (attempt, dice) => {
        const seconds = backoffSeconds(DEFAULT_RETRY, attempt, dice);

        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(900);
        expect(Number.isInteger(seconds)).toBe(true);
      }),
    );
  });
});

describe("the wait after a throttle", () => {
  it("is never shorter than what was asked for, and at most a fifth longer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_000 }), random, (asked, dice) => {
        const seconds = throttleSeconds(DEFAULT_RETRY, 1, asked, dice);

        expect(seconds).toBeGreaterThanOrEqual(asked);
        expect(seconds).toBeLessThanOrEqual(Math.max(1, Math.ceil(asked * 1.2)));
      }),
    );
  });

  it("is a second at least, also where none was asked for", () => {
    expect(throttleSeconds(DEFAULT_RETRY, 1, 0, 0.5)).toBe(1);
  });

  it("is the backoff where nothing was asked for, but never nothing", () => {
    expect(throttleSeconds(DEFAULT_RETRY, 1, undefined, 0)).toBe(1);
    expect(throttleSeconds(DEFAULT_RETRY, 3, undefined, 0.999_999)).toBe(8);
  });
});
