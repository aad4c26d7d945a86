import { describe, expect, it } from "vitest";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import type { Worker } from "../../../lambdas/worker/worker.ts";
import type { Envelope } from "../../../lib/core/envelope.ts";
import { jobError } from "../../../lib/core/outcome.ts";
import { envelope } from "../../support/claimed.ts";
import { message, setUp } from "../../support/worker-setup.ts";

describe("a job that is cancelled", () => {
  it("while it runs sees its signal abort within seconds, and ends cancelled", async () => {
    const { batch, clock, records } = setUp(
      (_, job) =>
        new Promise((_resolve, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
    );
    const job = envelope();

    const working = batch([message(job)]);
    await clock.pass(1_000);
    records.requestCancel(job.id);
    await clock.pass(2_000);

    expect(await working).toEqual({ batchItemFailures: [] });
    expect(records.records.get(job.id)?.status).toBe("cancelled");
    expect(clock.waiting()).toBe(0);
  });

  it("and brings its result in spite of it has succeeded", async () => {
    const { batch, clock, records } = setUp(async () => {
      await new Promise<void>((resolve) => clock.after(2_300, resolve));
      return "done";
    });
    const job = envelope();

    const working = batch([message(job)]);
    await clock.pass(1_000);
    records.requestCancel(job.id);
    await clock.pass(2_000);
    await working;

    expect(records.records.get(job.id)).toMatchObject({ status: "succeeded", result: "done" });
  });

  it("while it ran does not run again", async () => {
    let runs = 0;
    const test = setUp(async () => {
      runs += 1;
    });
    const job = envelope();
    await test.claim(job, "dead environment");
    test.records.requestCancel(job.id);
    await test.clock.pass(65_001);

    await test.batch([message(job)]);

    expect(runs).toBe(0);
    expect(test.records.records.get(job.id)).toMatchObject({ status: "cancelled", attempts: 0 });
  });
});

describe("a dead job that is redriven", () => {
  const kill = async (test: ReturnType<typeof setUp>, job: Envelope): Promise<void> => {
    const claimed = await test.claim(job, `holder of ${JSON.stringify(job.redrive)}`);
    if (claimed.kind !== "claimed") throw new Error("the job was not claimed");
    const error = jobError("Error", "no");
    await test.records.settle(claimed, test.clock.nowMs(), { status: "dead", attempts: 5, history: [], error });
  };

  it("runs once for each redrive number, with all its attempts before it", async () => {
    const attempts: number[] = [];
    const test = setUp(async (_, { attempt }) => void attempts.push(attempt));
    const job = envelope({ tenant: "acme" });
    await kill(test, job);

    const redriven = { ...job, redrive: 1 };
    await test.batch([message(redriven, "m1"), message(redriven, "m2"), message(job, "m3")]);
    const late = await test.batch([message(redriven, "m2"), message(job, "m3")]);

    expect(attempts).toEqual([1]);
    expect(late.batchItemFailures).toEqual([]);
    expect(test.records.records.get(job.id)).toMatchObject({ status: "succeeded", redrives: 1, tenant: "acme" });
  });

  it("is not run by a redrive that was honoured before", async () => {
    let runs = 0;
    const test = setUp(async () => {
      runs += 1;
    });
    const job = envelope();
    await kill(test, job);
    await kill(test, { ...job, redrive: 1 });

    await test.batch([message({ ...job, redrive: 1 }, "m1")]);
    expect(runs).toBe(0);
    await test.batch([message({ ...job, redrive: 2 }, "m2")]);

    expect(runs).toBe(1);
  });
});

describe("a handler that returns what JSON leaves out", () => {
  it.each([
    ["a function", () => 7],
    ["a symbol", Symbol("done")],
    ["an object that is none as JSON", { toJSON: () => undefined }],
  ])("succeeds once, without a result: %s", async (_, returned) => {
    let runs = 0;
    const { batch, records } = setUp(async () => {
      runs += 1;
      return returned;
    });
    const job = envelope();

    const response = await batch([message(job)]);
    await batch([message(job, "m2")]);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(runs).toBe(1);
    expect(records.records.get(job.id)?.status).toBe("succeeded");
    expect(records.records.get(job.id)?.result).toBeUndefined();
  });
});

describe("a large input", () => {
  const large = async (test: ReturnType<typeof setUp>): Promise<Envelope> => {
    const { input, ...head } = envelope({ input: { n: 7 } });
    const inputReference = await test.payloads.put(`inputs/${head.id}`, JSON.stringify(input));
    return { ...head, inputReference };
  };

  it("is read from the payload bucket", async () => {
    const test = setUp(async ({ n }) => n);
    const job = await large(test);

    await test.batch([message(job)]);

    expect(test.records.records.get(job.id)).toMatchObject({ status: "succeeded", result: 7 });
  });

  it("that is gone ends the job as dead, with its key in the reason", async () => {
    const test = setUp(async () => "done");
    const job = await large(test);
    test.payloads.objects.clear();

    await test.batch([message(job)]);

    expect(test.records.records.get(job.id)).toMatchObject({ status: "dead", inputReference: job.inputReference });
    expect(test.records.records.get(job.id)?.error?.message).toContain(`inputs/${job.id}`);
  });

  it("waits, uncharged, where the bucket does not answer", async () => {
    const test = setUp(async () => "done");
    const job = await large(test);
    const get = (): Promise<never> => Promise.reject(new Error("503"));
    const broken: Worker = { ...test.worker, payloads: { ...test.payloads, get } };

    await processBatch(broken, [message(job)], () => 65_000);

    expect(test.records.records.get(job.id)).toMatchObject({
      status: "retrying",
      attempts: 0,
      error: { code: "PayloadBucketUnavailable" },
    });
  });
});
