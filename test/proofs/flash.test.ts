import { expect, it } from "vitest";
import { burst, HEALTHY } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, percentile, playProof } from "./play-proof.ts";

it("leaves a flash crowd that nothing holds back to the mapping, whose waits get no longer", async () => {
  const play = (name: string, hasScaler: boolean) =>
    playProof(name, {
      scenario: {
        name,
        shows: "",
        jobs: burst(2_500, 0, { type: "deliver-webhook", serviceMs: 500 }),
        receiver: () => HEALTHY,
        // Far more than the crowd reaches: nothing is short.
        accountConcurrency: 1_000,
      },
      jobTypes: { "deliver-webhook": ONE_BY_ONE },
      hasScaler,
    });

  const plain = await play("flash-plain-mapping", false);
  const scaled = await play("flash", true);
  const again = await play("flash-plain-mapping-again", false);

  expect(scaled.changes).toEqual([]);
  expect(scaled.jobs).toMatchObject({ dead: 0, succeeded: scaled.jobs.accepted });
  for (const share of [0.5, 0.95]) {
    const [one, other] = [percentile(plain.waitsMs, share), percentile(again.waitsMs, share)];
    // Two runs of the same differ by a noise that a third one has too.
    const noiseMs = Math.max(Math.abs(one - other), 0.1 * one);
    expect(percentile(scaled.waitsMs, share)).toBeLessThan(Math.max(one, other) + noiseMs);
  }
});
