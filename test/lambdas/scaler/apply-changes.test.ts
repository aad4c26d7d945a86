import { describe, expect, it } from "vitest";
import { foundMapping, limited, memoryScaler, PAUSED } from "../../support/memory-scaler.ts";

const EVENTS = (log: readonly (readonly [string, unknown])[]): readonly string[] => log.map(([event]) => event);

/** One look: a run that is over before it could look again. */
const oneLook = { remainingMs: () => 0 };

describe("a mapping that takes no change now", () => {
  it("is left alone while Lambda is at another change, and looked at again soon", async () => {
    const { run, clock, queue, callsOf } = memoryScaler();
    queue().wanted = { ...limited(20), needsCloseLook: false };
    queue().mapping = foundMapping("work", { isChanging: true, isEnabled: undefined });

    const running = run();
    await clock.pass(5_000);
    expect(callsOf("change")).toEqual([]);
    queue().mapping = foundMapping("work");
    await clock.pass(10_000);
    await running;

    expect(queue().mapping?.limit).toBe(20);
  });

  it("counts as what it was to be while it does not tell whether it is enabled", async () => {
    const { run, copy, queue, asked } = memoryScaler();
    queue().wanted = PAUSED;
    await run(copy(), oneLook);
    queue().mapping = foundMapping("work", { isChanging: true, isEnabled: undefined });

    await run(copy(), oneLook);

    expect(asked[0]?.queues.work?.seen.mapping.isEnabled).toBe(true);
    expect(asked[1]?.queues.work?.seen.mapping.isEnabled).toBe(false);
  });

  it.each(["busy", "throttled"] as const)("is tried again ten seconds after it was %s", async (end) => {
    const { run, clock, queue, log, callsOf } = memoryScaler();
    queue().wanted = { ...limited(20), needsCloseLook: false };
    queue().takes = end;

    const running = run();
    await clock.pass(5_000);
    queue().takes = "changed";
    await clock.pass(10_000);
    await running;

    expect(queue().mapping?.limit).toBe(20);
    expect(EVENTS(log)).toEqual(["queue.unchanged", "queue.changed"]);
    expect(callsOf("change")).toHaveLength(2);
  });

  it.each(["missing", new Error("denied")] as const)("does not stop the others (%s)", async (takes) => {
    const { run, queue, log } = memoryScaler(["work", "other"]);
    for (const type of ["work", "other"]) queue(type).wanted = { ...limited(20), needsCloseLook: false };
    queue().takes = takes;

    await run();

    expect(queue().mapping?.limit).toBeUndefined();
    expect(queue("other").mapping?.limit).toBe(20);
    expect([...EVENTS(log)].sort()).toEqual(["queue.changed", "queue.unchanged"]);
  });
});
