import { expect, it } from "vitest";
import { burst } from "../../lib/cli/scenarios/scenario.ts";
import { ONE_BY_ONE, playProof } from "./play-proof.ts";

it("neither swings nor kills where jobs take 30 s and the receiver takes 20 at once", async () => {
  const found = await playProof("long-jobs", {
    scenario: {
      name: "long jobs",
      shows: "",
      jobs: burst(400, 0, { type: "deliver-webhook", serviceMs: 30_000 }),
      receiver: () => ({ capacity: 20, isDown: false }),
    },
    jobTypes: { "deliver-webhook": ONE_BY_ONE },
    hasScaler: true,
  });

  expect(found.jobs).toMatchObject({ dead: 0, succeeded: found.jobs.accepted });
  expect(found.charged).toBe(0);
  const limits = found.changes.flatMap(({ limit }) => (limit === undefined ? [] : [limit]));
  const turns = limits.filter((limit, at) => {
    const [before, after] = [limits[at - 1], limits[at + 1]];
    return before !== undefined && after !== undefined && (limit - before) * (after - limit) < 0;
  });
  // A try that fails is one turn up and one back; a swing would be one each minute.
  expect(turns.length).toBeLessThanOrEqual(4);
  // 20 at once, 30 s each, are 600 s; a start and the tries cost some.
  expect(found.lastedMs).toBeLessThan(1.25 * 600_000);
});
