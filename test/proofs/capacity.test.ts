import { describe, expect, it } from "vitest";
import { steady } from "../../lib/cli/scenarios/scenario.ts";
import { KEDA_EVERY_MS, kedaStep } from "../core/scaling/plant-controllers.ts";
import { ONE_BY_ONE, type Proof, playProof, type Steer } from "./play-proof.ts";

const jobTypes = { "deliver-webhook": ONE_BY_ONE };
const CAPACITY = 20;

describe("a receiver that takes 20 at once", () => {
  const scenario = {
    name: "capacity",
    shows: "",
    jobs: steady({ type: "deliver-webhook", serviceMs: 500, perSecond: 50, fromMs: 0, untilMs: 150_000 }),
    receiver: () => ({ capacity: CAPACITY, isDown: false }),
  };
  const play = (name: string, proof: Partial<Proof>) =>
    playProof(`capacity-20-${name}`, { scenario, jobTypes, hasScaler: true, ...proof });
  const fixed = (limit: number) => play(`fixed-${limit}`, { fixedLimits: { "deliver-webhook": limit } });

  it("gets nine tenths of what a fixed limit of 20 gets through it, and few attempts are wasted once it is found", async () => {
    const best = await fixed(CAPACITY);
    const followed = await play("sluice", {});

    expect(followed.jobs).toMatchObject({ dead: 0, succeeded: followed.jobs.accepted });
    expect(best.lastedMs / followed.lastedMs).toBeGreaterThanOrEqual(0.9);
    const foundMs = followed.changes.find(({ limit }) => limit !== undefined)?.atMs ?? Number.NaN;
    expect(foundMs).toBeLessThan(60_000);
    // The change itself takes effect some seconds later.
    expect(followed.wasted(foundMs + 15_000)).toBeLessThanOrEqual(0.03);
  });

  it("is overrun by the plain mapping, by a limit that is too high and by KEDA's formula, and left idle by a low one", {
    timeout: 1_800_000,
  }, async () => {
    const low = await fixed(15);
    const high = await fixed(30);
    const plain = await play("plain-mapping", { hasScaler: false });
    let memory: ReturnType<typeof kedaStep> | undefined;
    const limitFor: Steer["limitFor"] = ({ visible, inFlight }) => {
      memory = kedaStep(visible + inFlight, performance.now(), memory);
      return memory.limit;
    };
    const keda = await play("keda", { steer: { everyMs: KEDA_EVERY_MS, limitFor } });

    expect(low.wasted(30_000)).toBeLessThan(0.01);
    // Refused places rest for a second, in every way: without that the shares would be far larger.
    for (const overrun of [high, plain, keda]) expect(overrun.wasted(60_000, 150_000)).toBeGreaterThan(0.05);
  });
});
