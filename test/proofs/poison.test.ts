import { expect, it } from "vitest";
import { HEALTHY, steady } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, percentile, playProof } from "./play-proof.ts";

it("changes no limit for 1 % or 5 % of jobs that nothing helps, and nobody else waits for them", async () => {
  const play = (name: string, poison: { readonly poisonEvery?: number }) =>
    playProof(name, {
      scenario: {
        name,
        shows: "",
        jobs: steady({
          type: "deliver-webhook",
          serviceMs: 200,
          perSecond: 30,
          fromMs: 0,
          untilMs: 90_000,
          ...poison,
        }),
        receiver: () => HEALTHY,
      },
      jobTypes: { "deliver-webhook": ONE_BY_ONE },
      hasScaler: true,
    });

  const healthy = await play("poison-none", {});
  for (const poisonEvery of [100, 20]) {
    const poisoned = await play(`poison-${100 / poisonEvery}-percent`, { poisonEvery });

    expect(poisoned.changes).toEqual([]);
    expect(poisoned.jobs.dead).toBe(poisoned.jobs.poison);
    expect(poisoned.jobs.succeeded).toBe(poisoned.jobs.accepted - poisoned.jobs.poison);
    for (const share of [0.5, 0.95]) {
      const usual = percentile(healthy.waitsMs, share);
      expect(percentile(poisoned.waitsMs, share)).toBeLessThan(1.25 * usual + 25);
    }
  }
});
