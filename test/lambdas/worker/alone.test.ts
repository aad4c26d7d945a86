import { describe, expect, it } from "vitest";
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

  it("goes back at once, unharmed, where the others have left it no time", async () => {
    const test = setUp(async () => {
      await new Promise<void>((resolve) => test.clock.after(20_000, resolve));
    });
    const [suspect, fresh] = [envelope({ seed: 1 }), envelope({ seed: 2 })];
    await lose(test, suspect);

    const working = test.batch([message(suspect, "m1"), message(fresh, "m2")], 45_000);
    await test.clock.pass(20_000);

    expect(await working).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    expect(test.hidden).toEqual([["m1", 0]]);
    expect(test.apart).toEqual([]);
    expect(test.records.records.get(suspect.id)).toMatchObject({ status: "retrying", attempts: 0, aloneClaim: 0 });
  });
});
