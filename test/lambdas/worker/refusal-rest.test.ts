import { describe, expect, it } from "vitest";
import { Throttled } from "../../../lib/core/outcome.ts";
import { envelope } from "../../support/claimed.ts";
import { message, setUp } from "../../support/worker-setup.ts";

const jobs = (count: number) =>
  Array.from({ length: count }, (_, n) => message(envelope({ seed: n, input: { n } }), `m${n}`));

/** A worker whose jobs are refused where `isRefused` says so; it notes when each started. */
const refusing = (isRefused: (n: number) => boolean) => {
  const startedMs: number[] = [];
  const test = setUp(
    async ({ n }) => {
      startedMs.push(test.clock.nowMs());
      if (isRefused(n)) throw new Throttled();
    },
    { parallel: 1, restMs: 1_000, timeoutMs: 1_000 },
  );
  const beganMs = test.clock.nowMs();
  return { ...test, starts: () => startedMs.map((ms) => ms - beganMs) };
};

describe("the place of a refused job", () => {
  it("stays empty for a second while most jobs are refused, also after the last", async () => {
    const { batch, clock, starts } = refusing(() => true);

    const working = batch(jobs(3));
    await clock.pass(10_000);
    const { batchItemFailures } = await working;

    expect(batchItemFailures).toHaveLength(3);
    expect(starts()).toEqual([0, 1_000, 2_000]);
  });

  it("goes to the next job at once while most are taken", async () => {
    const { batch, starts } = refusing((n) => n === 3);

    const { batchItemFailures } = await batch(jobs(6));

    expect(batchItemFailures).toEqual([{ itemIdentifier: "m3" }]);
    expect(starts()).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("goes to the next job at once where the invocation has little time left", async () => {
    const { batch, starts } = refusing(() => true);

    await batch(jobs(2), 3_900);

    expect(starts()).toEqual([0, 0]);
  });
});
