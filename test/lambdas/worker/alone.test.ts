import type { SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { goesFirst, goingFirst } from "../../../lambdas/worker/goes-first.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import type { Envelope } from "../../../lib/core/envelope.ts";
import { envelope } from "../../support/claimed.ts";
import { message, setUp } from "../../support/worker-setup.ts";

describe("a job that was in flight when its environment died", () => {
  const lose = async ({ claim, clock }: ReturnType<typeof setUp>, ...jobs: readonly Envelope[]): Promise<void> => {
    for (const job of jobs) await claim(job, `dead environment of ${job.id}`);
    await clock.pass(65_001);
  };

  it("runs again, apart, with the lost attempt noted and not charged", async () => {
    const test = setUp(async () => "done");
    const job = envelope();
    await lose(test, job);

    await test.batch([message(job)]);

    expect(test.apart).toEqual([job.id]);
    expect(test.records.records.get(job.id)).toMatchObject({
      status: "succeeded",
      attempts: 1,
      history: [{ attempt: 1, ended: "lost", error: { code: "AttemptLost" } }],
    });
  });

  it("runs after all others of its batch, and by itself", async () => {
    const running = new Set<number>();
    const seen: [number, number][] = [];
    const test = setUp(async ({ n }) => {
      running.add(n);
      await new Promise<void>((resolve) => test.clock.after(1_000, resolve));
      seen.push([n, running.size]);
      running.delete(n);
    });
    const [one, other, fresh] = [1, 2, 3].map((n) => envelope({ seed: n, input: { n } }));
    if (one === undefined || other === undefined || fresh === undefined) throw new Error("three jobs were made");
    await lose(test, one, other);

    const working = test.batch([message(one, "m1"), message(other, "m2"), message(fresh, "m3")]);
    await test.clock.pass(10_000);
    await working;

    expect(seen).toEqual([
      [3, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(test.apart).toEqual([one.id, other.id]);
  });

  it("is charged an attempt that is lost while it runs alone, and ends dead when they are used up", async () => {
    const test = setUp(async () => "never reached", {}, { retry: { attempts: 3 } });
    const job = envelope({ input: { n: 1 } });
    await lose(test, job);
    for (let round = 0; round < 3; round += 1) {
      const claimed = await test.claim(job, `environment ${round}`);
      if (claimed.kind !== "claimed") throw new Error("the job was not claimed");
      expect(claimed).toMatchObject({ attempt: round + 1, isAlone: true });
      await test.records.markAlone(claimed);
      await test.clock.pass(65_001);
    }

    await test.batch([message(job)]);

    expect(test.apart).toEqual([]);
    expect(test.records.records.get(job.id)).toMatchObject({
      status: "dead",
      attempts: 3,
      error: { code: "AttemptLost" },
      input: { n: 1 },
    });
  });

  it("is not charged for the end of an environment where it only waited for its turn to run alone", async () => {
    const test = setUp(async () => "done");
    const job = envelope();
    await lose(test, job);
    await lose(test, job);
    await lose(test, job);

    await test.batch([message(job)]);

    expect(test.records.records.get(job.id)).toMatchObject({ status: "succeeded", attempts: 1 });
  });

  describe("and is left no time by the others of its batch", () => {
    /** As long as a job may take at most, in a function with time for one after the other. */
    const SHORT = { timeoutMs: 120_000, parallel: 2, visibilityTimeoutMs: 750_000 };
    const FUNCTION_MS = 125_000;

    /** A worker of jobs that take so many seconds, and its queue, which keeps what is sent again. */
    const slow = () => {
      const test = setUp(async ({ n }) => {
        await new Promise<void>((resolve) => test.clock.after(n * 1_000, resolve));
      }, SHORT);
      const sent: SQSRecord[] = [];
      const queue = { ...test.worker.queue, renew: async (again: SQSRecord) => void sent.push(again) };
      const deliver = async (...messages: readonly SQSRecord[]) => {
        const endsMs = test.clock.nowMs() + FUNCTION_MS;
        const working = processBatch({ ...test.worker, queue }, messages, () => endsMs - test.clock.nowMs());
        await test.clock.pass(FUNCTION_MS);
        return working;
      };
      return { ...test, sent, deliver };
    };

    it("goes back at once, unharmed, as a new message that goes first", async () => {
      const test = slow();
      const [suspect, fresh] = [envelope({ seed: 1 }), envelope({ seed: 2, input: { n: 2 } })];
      await lose(test, suspect);

      const response = await test.deliver(message(suspect, "m1"), message(fresh, "m2"));

      expect(response).toEqual({ batchItemFailures: [] });
      expect(test.sent.map(goesFirst)).toEqual([true]);
      expect(test.apart).toEqual([]);
      expect(test.records.records.get(suspect.id)).toMatchObject({ status: "retrying", attempts: 0, aloneClaim: 0 });
    });

    it.each([
      ["before", (one: SQSRecord, other: SQSRecord) => [one, other]],
      ["after", (one: SQSRecord, other: SQSRecord) => [other, one]],
    ])("runs within three deliveries, though each has a neighbour of 2 seconds %s it", async (_, inOrder) => {
      const test = slow();
      const suspect = envelope({ seed: 1 });
      await lose(test, suspect);

      let delivered = message(suspect, "suspect");
      for (const delivery of [1, 2, 3]) {
        const neighbour = message(envelope({ seed: 1 + delivery, input: { n: 2 } }), `neighbour ${delivery}`);
        await test.deliver(...inOrder(neighbour, delivered));
        delivered = test.sent.at(-1) ?? delivered;
      }

      expect(test.apart).toEqual([suspect.id]);
      expect(test.records.records.get(suspect.id)).toMatchObject({ status: "succeeded", attempts: 1 });
    });

    it("begins its next batch, and what it leaves no time for goes back unclaimed, as new where SQS would soon drop it", async () => {
      const test = slow();
      const suspect = envelope({ seed: 1, input: { n: 60 } });
      const fresh = message(envelope({ seed: 2 }), "fresh");
      const worn = message(envelope({ seed: 3 }), "worn", { ApproximateReceiveCount: "500" });
      await lose(test, suspect);

      const response = await test.deliver(fresh, worn, goingFirst(message(suspect, "suspect")));

      expect(test.apart).toEqual([suspect.id]);
      expect([...test.records.records.keys()]).toEqual([suspect.id]);
      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "fresh" }] });
      expect(test.hidden).toEqual([["fresh", 0]]);
      expect(test.sent).toEqual([worn]);
    });

    it("does not go round in circles where another that goes first takes the time", async () => {
      const test = slow();
      const jobs = [1, 2].map((n) => envelope({ seed: n, input: { n: 60 } }));
      await lose(test, ...jobs);

      const [one, other] = jobs.map((job, index) => goingFirst(message(job, `m${index}`)));
      if (one === undefined || other === undefined) throw new Error("two jobs were made");
      const response = await test.deliver(one, other);
      const worn = { ...other, attributes: { ...other.attributes, ApproximateReceiveCount: "500" } };
      await test.deliver(goingFirst(message(envelope({ seed: 3, input: { n: 60 } }), "m3")), worn);

      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
      expect(test.hidden).toEqual([["m1", 0]]);
      expect(test.sent.map(({ messageId }) => messageId)).toEqual(["m1"]);
    });
  });
});
