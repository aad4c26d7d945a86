import { describe, expect, it } from "vitest";
import { behaviourAt, pathOf } from "./behaviour.ts";
import { plannedJobs, rareJobs } from "./planned-jobs.ts";

const plan = (jobs: number, seed: number) => [...plannedJobs(jobs, seed, "http://127.0.0.1:1")];

describe("the jobs of a campaign", () => {
  it("are the same for the same seed, and others for another", () => {
    expect(plan(1_000, 7)).toEqual(plan(1_000, 7));
    expect(plan(1_000, 7)).not.toEqual(plan(1_000, 8));
  });

  it("are of every kind, and mostly plain deliveries", () => {
    const kinds = Map.groupBy(plan(5_000, 1), ({ behaviour }) => behaviour.kind);

    expect([...kinds.keys()].sort()).toEqual(
      ["broken", "fail", "hang", "ok", "poison", "refuse", "slow", "throttle"].sort(),
    );
    expect(kinds.get("ok")?.length).toBeGreaterThan(3_900);
  });

  it("hold as many rare ones as said, each large one under a key of its own", () => {
    const jobs = plan(5_000, 1);

    const poison = jobs.filter(({ input }) => "poison" in input);
    const large = jobs.filter(({ input }) => JSON.stringify(input).length > 262_144);
    const keys = jobs.flatMap(({ key }) => (key === undefined ? [] : [key]));
    expect(poison.length).toBe(rareJobs(5_000).poison);
    expect(large.length).toBeGreaterThanOrEqual(rareJobs(5_000).large);
    expect(large.every(({ key }) => key !== undefined)).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("say by their URL how the receiver behaves", () => {
    for (const { behaviour, input } of plan(500, 1)) {
      expect(behaviourAt(new URL(String(input.url)).pathname)).toEqual(behaviour);
    }
    expect(pathOf({ kind: "fail", times: 2 })).toBe("/fail/2");
    expect(behaviourAt("/fail")).toBeUndefined();
    expect(behaviourAt("/sing/2")).toBeUndefined();
  });
});
