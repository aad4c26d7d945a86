import { describe, expect, it } from "vitest";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import type { Worker } from "../../../lambdas/worker/worker.ts";
import type { JobContext } from "../../../lib/core/job-type.ts";
import { Permanent, Throttled } from "../../../lib/core/outcome.ts";
import { envelope } from "../../support/claimed.ts";
import { settleMicrotasks } from "../../support/fake-clock.ts";
import { message, setUp } from "../../support/worker-setup.ts";

describe("a batch", () => {
  it("runs its jobs and reports none back", async () => {
    const { batch, records } = setUp(async ({ n }) => n * 2);
    const jobs = [1, 2, 3].map((n) => envelope({ seed: n, input: { n } }));

    const response = await batch(jobs.map((job, index) => message(job, `m${index}`)));

    expect(response).toEqual({ batchItemFailures: [] });
    expect(jobs.map(({ id }) => records.records.get(id))).toMatchObject(
      [2, 4, 6].map((result) => ({ status: "succeeded", attempts: 1, result })),
    );
  });

  it("tells a job who it is", async () => {
    let seen: JobContext | undefined;
    const { batch } = setUp(async (_, job) => {
      seen = job;
    });
    const job = envelope({ tenant: "acme" });

    await batch([message(job)]);

    expect(seen).toMatchObject({ id: job.id, idempotencyKey: job.id, attempt: 1, tenant: "acme" });
    expect(seen?.environment.COLOUR).toBe("blue");
    expect(seen?.remainingMs()).toBe(30_000);
  });

  it("runs so many jobs at once, and no more", async () => {
    let running = 0;
    let most = 0;
    const { batch, clock } = setUp(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => clock.after(100, resolve));
        running -= 1;
      },
      { parallel: 3 },
    );

    const working = batch(Array.from({ length: 10 }, (_, n) => message(envelope({ seed: n }), `m${n}`)));
    await clock.pass(1_000);
    await working;

    expect(most).toBe(3);
  });

  it("keeps a job with a transient error, hidden for its backoff, and lets its neighbours finish", async () => {
    const { batch, hidden, records } = setUp(async ({ n }) => {
      if (n === 1) throw new Error("no answer");
    });
    const [bad, good] = [envelope({ seed: 1, input: { n: 1 } }), envelope({ seed: 2, input: { n: 2 } })];

    const response = await batch([message(bad, "bad"), message(good, "good")]);

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "bad" }]);
    expect(hidden).toEqual([["bad", 1]]);
    expect(records.records.get(bad.id)).toMatchObject({
      status: "retrying",
      attempts: 1,
      error: { message: "no answer" },
    });
    expect(records.records.get(good.id)?.status).toBe("succeeded");
  });

  it("ends a job with a permanent error as dead, with its input", async () => {
    const { batch, records } = setUp(async () => {
      throw new Permanent("no such account");
    });
    const job = envelope({ input: { n: 7 } });

    const response = await batch([message(job)]);

    expect(response.batchItemFailures).toEqual([]);
    expect(records.records.get(job.id)).toMatchObject({
      status: "dead",
      input: { n: 7 },
      error: { code: "Permanent" },
    });
  });

  it("ends a job whose input is invalid as dead, without running it", async () => {
    let runs = 0;
    const { batch, records } = setUp(async () => {
      runs += 1;
    });
    const job = envelope({ input: { n: "seven" } });

    await batch([message(job)]);

    expect(runs).toBe(0);
    expect(records.records.get(job.id)).toMatchObject({ status: "dead", error: { code: "InvalidInput" } });
    expect(records.records.get(job.id)?.error?.message).toMatch(/^\/n: /);
  });

  it("keeps a large result in the payload bucket, and where it is in the record", async () => {
    const result = "x".repeat(300_000);
    const { batch, payloads, records } = setUp(async () => result);
    const job = envelope();

    await batch([message(job)]);

    const { status, resultReference } = records.records.get(job.id) ?? {};
    expect(status).toBe("succeeded");
    expect(resultReference?.key).toBe(`results/${job.id}/1`);
    expect(payloads.objects.get(resultReference?.key ?? "")).toBe(JSON.stringify(result));
  });

  it("ends a job whose result is too large for the bucket as dead", async () => {
    const { batch, records } = setUp(async () => "x".repeat(4_000_000));
    const job = envelope();

    await batch([message(job)]);

    expect(records.records.get(job.id)).toMatchObject({ status: "dead", error: { code: "ResultTooLarge" } });
  });

  it("charges no attempt for a throttle, however often", async () => {
    const { batch, clock, records } = setUp(async () => {
      throw new Throttled({ retryAfterSeconds: 10 });
    });
    const job = envelope();

    for (let delivery = 0; delivery < 20; delivery += 1) {
      await batch([message(job)]);
      await clock.pass(60_000);
    }

    expect(records.records.get(job.id)).toMatchObject({ status: "retrying", attempts: 0, claims: 20 });
  });

  it("gives a transient error as many attempts as the job type allows", async () => {
    let runs = 0;
    const run = async (): Promise<void> => {
      runs += 1;
      throw new Error("no");
    };
    const { batch, clock, records } = setUp(run, {}, { retry: { attempts: 3 } });
    const job = envelope();

    for (let delivery = 0; delivery < 10; delivery += 1) {
      await batch([message(job)]);
      await clock.pass(3_600_000);
    }

    expect(runs).toBe(3);
    expect(records.records.get(job.id)).toMatchObject({ status: "dead", attempts: 3 });
    expect(records.records.get(job.id)?.history.map(({ ended }) => ended)).toEqual([
      "transient",
      "transient",
      "transient",
    ]);
  });
});

describe("a delivery that is not the first", () => {
  it("of a finished job is dropped without a second run", async () => {
    let runs = 0;
    const { batch } = setUp(async () => {
      runs += 1;
    });
    const job = envelope();

    await batch([message(job)]);
    const again = await batch([message(job, "m2")]);

    expect(runs).toBe(1);
    expect(again.batchItemFailures).toEqual([]);
  });

  it("of a running job is put back until the lease ends", async () => {
    const { batch, clock, hidden } = setUp(async () => {
      await new Promise<void>((resolve) => clock.after(10_000, resolve));
    });
    const job = envelope();

    const first = batch([message(job, "m1")]);
    await settleMicrotasks();
    const second = await batch([message(job, "m2")]);
    await clock.pass(10_000);

    expect(second.batchItemFailures).toEqual([{ itemIdentifier: "m2" }]);
    expect(hidden).toEqual([["m2", 68]]);
    expect((await first).batchItemFailures).toEqual([]);
  });

  it("before the backoff is over is put back until then", async () => {
    const { batch, hidden } = setUp(
      async () => {
        throw new Error("no");
      },
      {},
      { retry: { baseSeconds: 100 } },
    );
    const job = envelope();

    await batch([message(job, "m1")]);
    await batch([message(job, "m2")]);

    expect(hidden).toEqual([
      ["m1", 50],
      ["m2", 50],
    ]);
  });

  it("cannot settle once another invocation has taken the lease over", async () => {
    const { batch, claim, clock, records } = setUp(async () => {
      await new Promise<void>((resolve) => clock.after(20_000, resolve));
      return "late";
    });
    const job = envelope();

    const late = batch([message(job)]);
    await settleMicrotasks();
    const held = records.records.get(job.id);
    if (held === undefined) throw new Error("the job was not claimed");
    records.records.set(job.id, { ...held, heldUntilMs: 0 });
    await claim(job, "another");
    await clock.pass(20_000);

    expect((await late).batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
    expect(records.records.get(job.id)).toMatchObject({ status: "running", claims: 2 });
  });
});

describe("a message that is no job", () => {
  it("is dead-lettered with the reason, and its neighbours are unharmed", async () => {
    const { batch, deadLettered, records } = setUp(async () => "done");
    const good = envelope();

    const response = await batch([message("hello", "bad"), message(good, "good")]);

    expect(response.batchItemFailures).toEqual([]);
    expect(deadLettered).toEqual([["bad", "the body is not JSON"]]);
    expect(records.records.get(good.id)?.status).toBe("succeeded");
  });

  it("stays on the queue where the dead-letter queue does not take it", async () => {
    const { batch, worker, hidden } = setUp(async () => "done");
    const broken: Worker = {
      ...worker,
      queue: { ...worker.queue, deadLetter: () => Promise.reject(new Error("no answer")) },
    };

    const response = await processBatch(broken, [message("hello", "bad")], () => 65_000);

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "bad" }]);
    expect(hidden).toEqual([["bad", 11]]);
    expect(await batch([])).toEqual({ batchItemFailures: [] });
  });
});

describe("time", () => {
  it("of a job runs out: its signal aborts, and it is a failed attempt", async () => {
    const { batch, clock, records } = setUp(
      (_, job) =>
        new Promise((_resolve, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason))),
    );
    const job = envelope();

    const working = batch([message(job)]);
    await clock.pass(30_000);
    await working;

    expect(records.records.get(job.id)).toMatchObject({
      status: "retrying",
      attempts: 1,
      error: { code: "JobTimedOut" },
    });
  });

  it("is not waited for where a handler does not heed its signal", async () => {
    const { batch, clock, records } = setUp(() => new Promise(() => undefined));
    const job = envelope();

    const working = batch([message(job)]);
    await clock.pass(30_500);

    expect((await working).batchItemFailures).toHaveLength(1);
    expect(records.records.get(job.id)?.error?.message).toContain("did not heed its signal");
    expect(clock.waiting()).toBe(0);
  });

  it("that is too short for a job sends it back at once, unclaimed and uncharged", async () => {
    const { batch, hidden, records } = setUp(async () => "done");

    const response = await batch([message(envelope())], 31_000);

    expect(response.batchItemFailures).toHaveLength(1);
    expect(hidden).toEqual([["m1", 0]]);
    expect(records.records.size).toBe(0);
  });

  it("leaves no timer behind after a job that succeeds", async () => {
    const { batch, clock } = setUp(async () => "done");

    await batch([message(envelope())]);

    expect(clock.waiting()).toBe(0);
  });
});

describe("a message that grows old", () => {
  const failing = () =>
    setUp(async () => {
      throw new Throttled({ retryAfterSeconds: 10 });
    });

  it.each([
    ["by its age", { SentTimestamp: String(Date.parse("2026-11-18T10:30:00Z")) }],
    ["by its receives", { ApproximateReceiveCount: "500" }],
  ])("%s is sent again as new before SQS drops it, and the old one deleted", async (_, attributes) => {
    const { batch, hidden, renewed } = failing();

    const response = await batch([message(envelope(), "old", attributes)]);

    expect(response.batchItemFailures).toEqual([]);
    expect(renewed).toEqual([["old", 11]]);
    expect(hidden).toEqual([]);
  });

  it("stays on the queue where it cannot be sent again", async () => {
    const { worker } = failing();
    const renew = (): Promise<never> => Promise.reject(new Error("no answer"));
    const broken: Worker = { ...worker, queue: { ...worker.queue, renew } };

    const old = message(envelope(), "old", { ApproximateReceiveCount: "500" });
    const response = await processBatch(broken, [old], () => 65_000);

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "old" }]);
  });

  it("is set back longer each time that the table does not answer, up to ten minutes", async () => {
    const { worker, hidden } = setUp(async () => "done");
    const claim = (): Promise<never> => Promise.reject(new Error("no answer"));
    const broken: Worker = { ...worker, records: { ...worker.records, claim } };
    const receives = ["1", "10", "50", "900"];

    const deliveries = receives.map((count) => message(envelope(), count, { ApproximateReceiveCount: count }));
    await processBatch(broken, deliveries, () => 65_000);

    expect(hidden).toEqual([
      ["1", 11],
      ["10", 21],
      ["50", 101],
      ["900", 301],
    ]);
  });
});

describe("a table or queue that does not answer", () => {
  it("sets a message back, uncharged, and never fails the batch", async () => {
    const { worker, hidden, records, log } = setUp(async () => "done");
    const broken: Worker = {
      ...worker,
      records: { ...worker.records, claim: () => Promise.reject(new Error("throughput exceeded")) },
    };

    const response = await processBatch(broken, [message(envelope())], () => 65_000);

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
    expect(hidden).toEqual([["m1", 11]]);
    expect(records.records.size).toBe(0);
    expect(log[0]?.[0]).toBe("message.set-back");
  });

  it("keeps the message even where it cannot be hidden", async () => {
    const { worker } = setUp(async () => {
      throw new Error("no");
    });
    const broken: Worker = {
      ...worker,
      queue: { ...worker.queue, hide: () => Promise.reject(new Error("no answer")) },
    };

    const response = await processBatch(broken, [message(envelope())], () => 65_000);

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: "m1" }]);
  });
});
