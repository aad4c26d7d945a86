import { describe, expect, it } from "vitest";
import { boundedPayloadStore } from "../../../lambdas/api/bounded-payload-store.ts";
import { PayloadUnusable } from "../../../lambdas/shared/payload-store.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryPayloadStore } from "../../support/memory-payload-store.ts";

const never = (): Promise<never> => new Promise(() => undefined);

describe("a bounded payload store", () => {
  it("does what the store does, and leaves no timer behind", async () => {
    const clock = fakeClock();
    const store = boundedPayloadStore(memoryPayloadStore(), clock);

    const reference = await store.put("inputs/a/b", "[1]");

    expect(await store.get(reference)).toEqual([1]);
    await expect(store.get({ ...reference, key: "gone" })).rejects.toThrow(PayloadUnusable);
    expect(clock.waiting()).toBe(0);
  });

  it.each(["put", "get"] as const)("rejects a %s that is not done after four seconds", async (call) => {
    const clock = fakeClock();
    const store = boundedPayloadStore({ put: never, get: never }, clock);
    const reference = { key: "inputs/a/b", sha256: "0".repeat(64), bytes: 1 };

    const running = call === "put" ? store.put("inputs/a/b", "1") : store.get(reference);
    const rejected = expect(running).rejects.toThrow("the payload bucket must answer within 4000 ms, and did not");
    await clock.pass(4_000);

    await rejected;
  });
});
