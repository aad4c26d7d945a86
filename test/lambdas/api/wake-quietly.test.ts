import { describe, expect, it } from "vitest";
import { wakeQuietly } from "../../../lambdas/api/wake-quietly.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const setUp = (wake: () => Promise<void>) => {
  const [woken, logged]: [string[], string[]] = [[], []];
  const clock = fakeClock();
  const log = (event: string): void => void logged.push(event);
  const wakeScaler = wakeQuietly({ clock, log }, async (type) => {
    woken.push(type);
    return wake;
  });
  return { wakeScaler, woken, logged, clock };
};

describe("waking the scaler from the API", () => {
  it("names the job type", async () => {
    const { wakeScaler, woken, logged } = setUp(async () => undefined);

    await wakeScaler("echo");

    expect({ woken, logged }).toEqual({ woken: ["echo"], logged: [] });
  });

  it("logs what goes wrong, and goes on", async () => {
    const { wakeScaler, logged } = setUp(() => Promise.reject(new Error("no such function")));

    await wakeScaler("echo");

    expect(logged).toEqual(["scaler.not-woken"]);
  });

  it("is given up after three seconds", async () => {
    const { wakeScaler, logged, clock } = setUp(() => new Promise(() => undefined));

    const waking = wakeScaler("echo");
    await clock.pass(3_000);
    await waking;

    expect(logged).toEqual(["scaler.not-woken"]);
  });
});
