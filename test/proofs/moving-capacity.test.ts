import { expect, it } from "vitest";
import { steady } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, playProof } from "./play-proof.ts";

const SECOND_MS = 1_000;
const HALVES_MS = 200 * SECOND_MS;
const DOUBLES_MS = 440 * SECOND_MS;
const ENDS_MS = 840 * SECOND_MS;

it("follows a capacity that halves, and one that doubles", { timeout: 1_800_000 }, async () => {
  const found = await playProof("capacity-20-10-20", {
    scenario: {
      name: "moving",
      shows: "",
      jobs: steady({ type: "deliver-webhook", serviceMs: 1_000, perSecond: 22, fromMs: 0, untilMs: ENDS_MS }),
      receiver: (elapsedMs) => ({
        capacity: elapsedMs < HALVES_MS || elapsedMs >= DOUBLES_MS ? 20 : 10,
        isDown: false,
      }),
    },
    jobTypes: { "deliver-webhook": ONE_BY_ONE },
    hasScaler: true,
  });
  const limitAt = (atMs: number) => found.changes.findLast((change) => change.atMs <= atMs)?.limit ?? Number.NaN;

  expect(found.jobs).toMatchObject({ dead: 0, succeeded: found.jobs.accepted });
  expect(limitAt(HALVES_MS - SECOND_MS)).toBeGreaterThanOrEqual(17);
  expect(limitAt(HALVES_MS + 60 * SECOND_MS)).toBeLessThanOrEqual(12);
  expect(found.wasted(HALVES_MS + 60 * SECOND_MS, DOUBLES_MS)).toBeLessThanOrEqual(0.03);
  expect(limitAt(DOUBLES_MS + 400 * SECOND_MS)).toBeGreaterThanOrEqual(17);
});
