import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { GRACE_MS, type RunOptions, runJob } from "../../../lambdas/worker/run-job.ts";
import type { JobContext } from "../../../lib/core/job-type.ts";
import { MAX_RESULT_BYTES } from "../../../lib/core/limits.ts";
import { Permanent, Throttled } from "../../../lib/core/outcome.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { jobContext } from "../../support/job-context.ts";

const LIMIT_MS = 1_000;

const setUp = (run: (job: JobContext) => Promise<unknown>, options: Partial<RunOptions> = {}) => {
  const clock = fakeClock();
  const jobs: JobContext[] = [];
  const module = {
    input: z.strictObject({ n: z.number().default(7) }),
    run: (_: never, job: JobContext) => {
      jobs.push(job);
      return run(job);
    },
  };
  const start = (input: unknown = {}) => runJob(module, input, jobContext(), { limitMs: LIMIT_MS, clock, ...options });
  return { clock, jobs, start };
};

const untilAborted = ({ signal }: JobContext): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

const never = (): Promise<never> => new Promise(() => undefined);

describe("an attempt", () => {
  it("ends with the handler's result, and leaves no timer", async () => {
    const { start, clock } = setUp(async () => ({ done: true }));

    const end = await start();

    expect(end).toEqual({ kind: "succeeded", result: { done: true } });
    expect(clock.waiting()).toBe(0);
  });

  it("is permanent where the input is invalid, and does not run", async () => {
    const { start, jobs } = setUp(async () => undefined);

    const end = await start({ n: "seven" });

    expect(end).toMatchObject({ kind: "permanent", error: { code: "InvalidInput" } });
    expect(jobs).toEqual([]);
  });

  it.each([
    ["permanent", new Permanent("no such account"), { error: { message: "no such account" } }],
    ["throttled", new Throttled({ retryAfterSeconds: 7 }), { retryAfterSeconds: 7 }],
    ["transient", new TypeError("no answer"), { error: { code: "TypeError", message: "no answer" } }],
  ])("is %s where the handler throws so", async (kind, thrown, more) => {
    const { start } = setUp(async () => {
      throw thrown;
    });

    const end = await start();

    expect(end).toMatchObject({ kind, ...more });
  });

  it("is transient where anything else is thrown, whatever that is", async () => {
    const value = fc.anything({ withNullPrototype: true, withObjectString: true, withBigInt: true, withMap: true });
    const error = fc.record({ name: value, message: value }).map((fields) => Object.assign(new Error(), fields));
    await fc.assert(
      fc.asyncProperty(fc.oneof(value, error), async (thrown) => {
        const { start } = setUp(async () => {
          throw thrown;
        });

        const end = await start();

        const text = expect.any(String);
        expect(end).toMatchObject({ kind: "transient", error: { code: text, message: text, fingerprint: text } });
      }),
    );
  });

  it("is permanent where the result is too large", async () => {
    const atLimit = "x".repeat(MAX_RESULT_BYTES - 2);

    const large = await setUp(async () => atLimit).start();
    const tooLarge = await setUp(async () => `${atLimit}x`).start();

    expect(large.kind).toBe("succeeded");
    expect(tooLarge).toMatchObject({ kind: "permanent", error: { code: "ResultTooLarge" } });
  });
});

describe("a call that an attempt measures", () => {
  const measuring = (use: (measure: JobContext["measure"], clock: FakeClock) => Promise<unknown>) => {
    const durationsMs: number[] = [];
    const onCall = (ms: number): void => void durationsMs.push(ms);
    const test = setUp(({ measure }) => use(measure, test.clock), { onCall });
    return { ...test, durationsMs };
  };
  const pause = (clock: FakeClock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

  it("gives back what it gives, and is told with its duration", async () => {
    const { start, clock, durationsMs } = measuring((measure, clock) => measure(() => pause(clock, 40).then(() => 7)));

    const ending = start();
    await clock.pass(40);

    expect(await ending).toEqual({ kind: "succeeded", result: 7 });
    expect(durationsMs).toEqual([40]);
  });

  it.each([
    ["rejects", () => Promise.reject(new TypeError("no answer"))],
    [
      "throws",
      () => {
        throw new TypeError("no answer");
      },
    ],
  ])("is told too where it %s, and throws the same", async (_, call) => {
    const { start, durationsMs } = measuring((measure) => measure(call));

    expect(await start()).toMatchObject({ kind: "transient", error: { code: "TypeError", message: "no answer" } });
    expect(durationsMs).toEqual([0]);
  });

  it("counts with the time that it took until its attempt was told to stop", async () => {
    const { start, clock, durationsMs, jobs } = measuring((measure) =>
      measure(async () => {
        await untilAborted(jobs[0] as JobContext);
        throw new Error("aborted");
      }),
    );

    const ending = start();
    await clock.pass(LIMIT_MS);

    expect(await ending).toMatchObject({ error: { code: "JobTimedOut" } });
    expect(durationsMs).toEqual([LIMIT_MS]);
  });

  it("is nobody's where it outlives its attempt", async () => {
    const { start, clock, durationsMs } = measuring(async (measure, clock) => {
      void measure(() => pause(clock, 10));
    });

    await start();
    await clock.pass(10);

    expect(durationsMs).toEqual([]);
  });

  it("can be measured where nobody listens", async () => {
    const { start } = setUp(({ measure }) => measure(async () => 7));

    expect(await start()).toEqual({ kind: "succeeded", result: 7 });
  });
});

describe("an attempt whose time runs out", () => {
  it("is told so by its signal, and ends with what the handler says then", async () => {
    const { start, clock, jobs } = setUp(async (job) => {
      await untilAborted(job);
      throw new Error("half of it is done");
    });

    const ending = start();
    await clock.pass(LIMIT_MS);

    expect(await ending).toMatchObject({
      kind: "transient",
      error: { code: "JobTimedOut", message: "the job's time ran out (half of it is done)" },
    });
    expect(jobs[0]?.signal.reason).toMatchObject({ name: "TimeoutError" });
    expect(jobs[0]?.remainingMs()).toBe(0);
  });

  it("is no longer waited for after its grace", async () => {
    const { start, clock } = setUp(never);

    let hasEnded = false;
    const ending = start().finally(() => {
      hasEnded = true;
    });
    await clock.pass(LIMIT_MS + GRACE_MS - 1);
    const endedEarly = hasEnded;
    await clock.pass(1);

    expect(endedEarly).toBe(false);
    expect(await ending).toMatchObject({ kind: "transient", error: { code: "JobTimedOut" } });
  });
});

describe("an attempt of a job that is cancelled", () => {
  const cancelDuring = async (run: (job: JobContext) => Promise<unknown>, graceMs = 0) => {
    const cancel = new AbortController();
    const { start, clock, jobs } = setUp(run, { cancelled: cancel.signal });
    const ending = start();
    await clock.pass(10);
    cancel.abort();
    await clock.pass(graceMs);
    return { end: await ending, job: jobs[0], clock };
  };

  it("is told so by its signal, and ends as cancelled", async () => {
    const { end, job, clock } = await cancelDuring(async (job) => {
      await untilAborted(job);
      throw job.signal.reason;
    });

    expect(end).toEqual({ kind: "cancelled" });
    expect(job?.signal.reason).toMatchObject({ name: "AbortError", message: "the job was cancelled" });
    expect(clock.waiting()).toBe(0);
  });

  it.each([
    ["a permanent error", new Permanent("no such account")],
    ["throttling", new Throttled()],
  ])("ends as cancelled, whatever the handler throws then: %s", async (_, thrown) => {
    const { end } = await cancelDuring(async (job) => {
      await untilAborted(job);
      throw thrown;
    });

    expect(end).toEqual({ kind: "cancelled" });
  });

  it("ends as cancelled after its grace where the handler does not heed its signal", async () => {
    const { end } = await cancelDuring(never, GRACE_MS);

    expect(end).toEqual({ kind: "cancelled" });
  });

  it("succeeds where the handler brings its result in spite of it", async () => {
    const { end } = await cancelDuring(async (job) => {
      await untilAborted(job);
      return "all done";
    });

    expect(end).toEqual({ kind: "succeeded", result: "all done" });
  });

  it("does not begin where it was cancelled before", async () => {
    const { start, jobs } = setUp(async () => "done", { cancelled: AbortSignal.abort() });

    const end = await start();

    expect(end).toEqual({ kind: "cancelled" });
    expect(jobs).toEqual([]);
  });

  it("does not hear of it once it is over", async () => {
    const cancel = new AbortController();
    const { start, jobs } = setUp(async () => "done", { cancelled: cancel.signal });

    const end = await start();
    cancel.abort();

    expect(end).toEqual({ kind: "succeeded", result: "done" });
    expect(jobs[0]?.signal.aborted).toBe(false);
  });
});
