import { describe, expect, it } from "vitest";
import { HEALTHY, steady } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, percentile, playProof } from "./play-proof.ts";

const jobTypes = { "deliver-webhook": ONE_BY_ONE };
const webhook = { type: "deliver-webhook", serviceMs: 500 } as const;

describe("a receiver that takes 20 at once", () => {
  const scenario = {
    name: "cap",
    shows: "",
    jobs: steady({ ...webhook, perSecond: 50, fromMs: 0, untilMs: 150_000 }),
    receiver: () => ({ capacity: 20, isDown: false }),
  };

  it("gets nine tenths of what a fixed limit of 20 gets through it, and wastes few attempts once it is found", async () => {
    const fixed = await playProof("cap-fixed-20", {
      scenario,
      jobTypes,
      hasScaler: false,
      fixedLimits: { "deliver-webhook": 20 },
    });
    const followed = await playProof("cap-followed", { scenario, jobTypes, hasScaler: true });

    expect(followed.jobs.dead).toBe(0);
    expect(followed.jobs.succeeded).toBe(followed.jobs.accepted);
    expect(fixed.lastedMs / followed.lastedMs).toBeGreaterThanOrEqual(0.9);
  });
});

describe("a receiver that is down for two minutes", () => {
  it("is left alone within 20 s, costs no attempt, and gets all jobs soon after it is back", async () => {
    const scenario = {
      name: "down",
      shows: "",
      jobs: steady({ ...webhook, serviceMs: 200, perSecond: 20, fromMs: 0, untilMs: 180_000 }),
      receiver: (elapsedMs: number) => ({ capacity: undefined, isDown: elapsedMs >= 30_000 && elapsedMs < 150_000 }),
    };

    const result = await playProof("outage", { scenario, jobTypes, hasScaler: true });

    const paused = result.changes.find(({ isEnabled }) => !isEnabled);
    expect(paused?.atMs).toBeLessThan(50_000);
    expect(result.jobs).toMatchObject({ dead: 0, succeeded: result.jobs.accepted });
    expect(result.charged).toBe(0);
    expect(result.lastedMs).toBeLessThan(180_000 + 60_000);
  });
});

describe("poison", () => {
  it.each([100, 20])("one job in %i changes no limit, and nobody else waits for it", async (poisonEvery) => {
    const jobs = (poison: object) =>
      steady({ ...webhook, serviceMs: 200, perSecond: 30, fromMs: 0, untilMs: 90_000, ...poison });
    const play = (name: string, poison: object) =>
      playProof(name, {
        scenario: { name, shows: "", jobs: jobs(poison), receiver: () => HEALTHY },
        jobTypes,
        hasScaler: true,
      });

    const healthy = await play("poison-none", {});
    const poisoned = await play(`poison-${100 / poisonEvery}-percent`, { poisonEvery });

    expect(poisoned.changes).toEqual([]);
    expect(poisoned.jobs.dead).toBe(poisoned.jobs.poison);
    expect(percentile(poisoned.waitsMs, 0.95)).toBeLessThan(2 * percentile(healthy.waitsMs, 0.95) + 200);
  });
});
