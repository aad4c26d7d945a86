import { describe, expect, it } from "vitest";
import { scenarioLog } from "../../../lib/cli/scenarios/scenario-log.ts";

const fed = (...lines: readonly string[]) => {
  const log = scenarioLog(() => 5_000);
  for (const text of lines) log.onLog({ functionName: "any", stream: "stdout", text });
  return log;
};

describe("the log of a scenario", () => {
  it("counts attempts, and knows how each job ended", () => {
    const log = fed(
      '{"event":"job.settled","id":"a","status":"retrying","settled":"settled"}',
      '{"event":"job.settled","id":"a","status":"succeeded","settled":"settled"}\n{"event":"job.settled","id":"b","status":"dead","settled":"superseded"}',
    );

    expect(log.attempts()).toBe(3);
    expect([...log.ended]).toEqual([["a", { status: "succeeded", atMs: 5_000 }]]);
  });

  it("tells of each change of the scaler", () => {
    const log = fed(
      '{"event":"queue.changed","queue":"work","to":{"limit":12,"isEnabled":true},"mode":"limited","reason":"slow down"}',
      '{"event":"queue.changed","queue":"work","to":{"limit":null,"isEnabled":false},"mode":"paused","reason":"down"}',
      '{"event":"queue.chan',
    );

    expect(log.changes).toMatchObject([
      { queue: "work", limit: 12, isEnabled: true, mode: "limited", reason: "slow down", atMs: 5_000 },
      { limit: undefined, isEnabled: false, mode: "paused" },
    ]);
  });
});
