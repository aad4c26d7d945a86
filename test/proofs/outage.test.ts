import { expect, it } from "vitest";
import { steady } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, playProof } from "./play-proof.ts";

const BEGINS_MS = 30_000;
const ENDS_MS = 150_000;
const LAST_JOB_MS = 180_000;

it("leaves a receiver that is down alone within 20 s, charges no attempt, and serves all jobs soon after it is back", async () => {
  const result = await playProof("outage", {
    scenario: {
      name: "outage",
      shows: "",
      jobs: steady({ type: "deliver-webhook", serviceMs: 200, perSecond: 20, fromMs: 0, untilMs: LAST_JOB_MS }),
      receiver: (elapsedMs: number) => ({
        capacity: undefined,
        isDown: elapsedMs >= BEGINS_MS && elapsedMs < ENDS_MS,
      }),
    },
    jobTypes: { "deliver-webhook": ONE_BY_ONE },
    hasScaler: true,
  });

  const paused = result.changes.find(({ isEnabled }) => !isEnabled);
  expect(paused?.atMs).toBeLessThan(BEGINS_MS + 20_000);
  expect(result.jobs).toMatchObject({ dead: 0, succeeded: result.jobs.accepted });
  expect(result.charged).toBe(0);
  // Jobs come for half a minute after the outage; the drain is the time from the first full opening to the end.
  const reopened = result.changes.findLast(({ isEnabled, atMs }) => isEnabled && atMs < result.lastedMs);
  const drainMs = result.lastedMs - (reopened?.atMs ?? Number.NaN);
  expect(result.lastedMs).toBeLessThan(ENDS_MS + 60_000 + drainMs);
});
