import { describe, expect, it } from "vitest";
import { startFailed } from "../../../lambdas/worker/apart-start-failed.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import type { Worker } from "../../../lambdas/worker/worker.ts";
import type { JobContext } from "../../../lib/core/job-type.ts";
import { Permanent, Throttled } from "../../../lib/core/outcome.ts";
import { NO_SIGNALS } from "../../../lib/core/signals.ts";
import { envelope } from "../../support/claimed.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { type Handler, message, setUp } from "../../support/worker-setup.ts";

const pause = (clock: FakeClock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));

const untilAborted = ({ signal }: JobContext): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** Works one batch, a job for each `n`, and lets so much time pass. */
const work = async (run: Handler, ns: readonly unknown[], passMs = 0, parallel = 10) => {
  const test = setUp(run, { parallel });
  const jobs = ns.map((n, index) => envelope({ seed: index, input: { n } }));
  const working = test.batch(jobs.map((job, index) => message(job, `m${index}`)));
  await test.clock.pass(passMs);
  return { ...test, jobs, response: await working };
};

describe("the signals of an invocation", () => {
  it("count each attempt once, by how it ended and how long it ran, in one write", async () => {
    let clock: FakeClock | undefined;
    const ways: ((job: JobContext) => unknown)[] = [
      () => "done",
      () => Promise.reject(new Error("no answer")),
      () => Promise.reject(new Permanent("no such account")),
      () => Promise.reject(new Throttled()),
      (job) => untilAborted(job),
      () => "x".repeat(4_000_000),
    ];
    const test = setUp(
      async ({ n }, job) => {
        await pause(clock as FakeClock, 100);
        return await ways[n]?.(job);
      },
      { parallel: 10 },
    );
    clock = test.clock;
    const ns = [0, 0, 1, 2, 3, 3, 3, 4, 5, "not a number"];

    const working = test.batch(ns.map((n, seed) => message(envelope({ seed, input: { n } }), `m${seed}`)));
    await test.clock.pass(30_000);
    await working;

    // Two permanent ones by the handler, and one whose input it never saw.
    const counts = { ok: 2, transient: 1, timedOut: 1, pressure: 3, permanent: 3 };
    expect(test.scaling.written).toEqual([
      {
        atMs: test.clock.nowMs(),
        counts: { ...NO_SIGNALS, ...counts, acceptedMs: 5 * 100 + 30_000, refusedMs: 300 },
      },
    ]);
  });

  it("count a handler that does not heed its signal as out of time", async () => {
    const { scaling } = await work(() => new Promise(() => undefined), [1], 30_500);

    expect(scaling.written).toMatchObject([{ counts: { timedOut: 1, transient: 0, acceptedMs: 30_500 } }]);
  });

  it("count a throttle at the end of its time as pressure", async () => {
    const { scaling } = await work(
      (_, job) => untilAborted(job).catch(() => Promise.reject(new Throttled())),
      [1],
      30_000,
    );

    expect(scaling.written).toMatchObject([{ counts: { timedOut: 0, pressure: 1 } }]);
  });

  it("count an attempt that ends after another invocation has taken its job over", async () => {
    const test = setUp(() => pause(test.clock, 20_000));
    const job = envelope();

    const working = test.batch([message(job)]);
    await test.clock.pass(10);
    const held = test.records.records.get(job.id);
    if (held === undefined) throw new Error("the job was not claimed");
    test.records.records.set(job.id, { ...held, heldUntilMs: 0 });
    await test.claim(job, "another");
    await test.clock.pass(20_000);
    await working;

    expect(test.scaling.written).toMatchObject([{ counts: { ok: 1 } }]);
  });

  it("are not written where no attempt ran", async () => {
    const { batch, scaling } = setUp(async () => "done");

    await batch([]);
    await batch([message("hello")]);
    await batch([message(envelope())], 31_000);

    expect(scaling.written).toEqual([]);
  });
});

describe("an attempt that says nothing about the downstream counts nothing:", () => {
  const failing = (): Promise<never> => Promise.reject(new Error("503"));

  it("one that was cancelled, with the calls that it measured", async () => {
    const test = setUp((_, job) => job.measure(() => untilAborted(job)));
    const job = envelope();

    const working = test.batch([message(job)]);
    await test.clock.pass(1_000);
    test.records.requestCancel(job.id);
    await test.clock.pass(2_000);
    await working;

    expect(test.records.records.get(job.id)?.status).toBe("cancelled");
    expect(test.scaling.written).toEqual([]);
  });

  it("one that was lost, with the death that follows", async () => {
    const test = setUp(async () => "never reached", {}, { retry: { attempts: 1 } });
    const job = envelope();
    await test.claim(job, "dead environment");
    await test.clock.pass(65_001);
    const claimed = await test.claim(job, "dead environment, alone");
    if (claimed.kind !== "claimed") throw new Error("the job was not claimed");
    await test.records.markAlone(claimed);
    await test.clock.pass(65_001);

    await test.batch([message(job)]);

    expect(test.records.records.get(job.id)?.status).toBe("dead");
    expect(test.scaling.written).toEqual([]);
  });

  it("one whose thread did not start", async () => {
    const test = setUp(async () => "done");
    const job = envelope();
    await test.claim(job, "dead environment");
    await test.clock.pass(65_001);
    const runApart: Worker["runApart"] = async () => ({ kind: "transient", error: startFailed("no memory") });

    await processBatch({ ...test.worker, runApart }, [message(job)], () => 65_000);

    expect(test.records.records.get(job.id)).toMatchObject({ status: "retrying", attempts: 0 });
    expect(test.scaling.written).toEqual([]);
  });

  it("one whose input our bucket did not give", async () => {
    const test = setUp(async () => "done");
    const { input: _, ...head } = envelope();
    const job = { ...head, inputReference: await test.payloads.put(`inputs/${head.id}`, "{}") };
    const broken: Worker = { ...test.worker, payloads: { ...test.payloads, get: failing } };

    await processBatch(broken, [message(job)], () => 65_000);

    expect(test.records.records.get(job.id)?.error?.code).toBe("PayloadBucketUnavailable");
    expect(test.scaling.written).toEqual([]);
    expect(test.scaling.wakes).toEqual([]);
  });

  it("one whose result our bucket did not take", async () => {
    const test = setUp(async () => "x".repeat(300_000));
    const job = envelope();
    const broken: Worker = { ...test.worker, payloads: { ...test.payloads, put: failing } };

    await processBatch(broken, [message(job)], () => 65_000);

    expect(test.records.records.get(job.id)?.error?.code).toBe("PayloadBucketUnavailable");
    expect(test.scaling.written).toEqual([]);
  });
});

describe("calls that a job measures", () => {
  it("are counted with their duration, whether they succeed or fail", async () => {
    const test = setUp(async (_, job) => {
      await job.measure(() => pause(test.clock, 40));
      await job.measure(() => pause(test.clock, 60).then(() => Promise.reject(new Throttled())));
    });

    const working = test.batch([message(envelope())]);
    await test.clock.pass(200);
    await working;

    expect(test.scaling.written).toMatchObject([{ counts: { pressure: 1, calls: 2, callMs: 100 } }]);
  });

  it("are added up over the jobs of a batch", async () => {
    const test = setUp(async ({ n }, job) => await job.measure(() => pause(test.clock, n)));

    const working = test.batch([10, 20, 30].map((n, seed) => message(envelope({ seed, input: { n } }), `m${seed}`)));
    await test.clock.pass(200);
    await working;

    expect(test.scaling.written).toMatchObject([{ counts: { ok: 3, calls: 3, callMs: 60 } }]);
  });
});

describe("jobs that end dead", () => {
  it("are counted in one line of metrics for their invocation", async () => {
    const { scaling, clock } = await work(
      async ({ n }) => {
        if (n > 0) throw new Permanent("no such account");
      },
      [0, 1, 2, "not a number"],
    );

    expect(scaling.printed.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: clock.nowMs(),
          CloudWatchMetrics: [
            {
              Namespace: "Sluice",
              Dimensions: [["stage", "jobType"]],
              Metrics: [{ Name: "JobsDead", Unit: "Count" }],
            },
          ],
        },
        stage: "dev",
        jobType: "echo",
        JobsDead: 3,
      },
    ]);
  });

  it("are no metric while there are none, though jobs fail", async () => {
    const { scaling } = await work(
      async ({ n }) => {
        if (n > 0) throw n > 1 ? new Throttled() : new Error("no answer");
      },
      [0, 1, 2],
    );

    expect(scaling.printed).toEqual([]);
  });

  it("are counted by who settles them, and by nobody else", async () => {
    const test = setUp(async () => {
      await pause(test.clock, 20_000);
      throw new Permanent("late");
    });
    const job = envelope();

    const working = test.batch([message(job)]);
    await test.clock.pass(10);
    const held = test.records.records.get(job.id);
    if (held === undefined) throw new Error("the job was not claimed");
    test.records.records.set(job.id, { ...held, heldUntilMs: 0 });
    await test.claim(job, "another");
    await test.clock.pass(20_000);
    await working;

    expect(test.scaling.printed).toEqual([]);
  });
});
