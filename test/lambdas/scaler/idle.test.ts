import { expect, it } from "vitest";
import { idleScalerUse } from "../../../lib/core/cost/idle-scaler.ts";
import { decide } from "../../../lib/core/scaling/policy.ts";
import { foundMapping, limited, memoryScaler, OPEN } from "../../support/memory-scaler.ts";

const TYPES = ["deliver-webhook", "profile-csv"];
const HOURS_A_MONTH = 730;

it("makes no more calls in an hour without jobs than its cost is worked out by", async () => {
  const { run, copy, clock, calls, callsOf } = memoryScaler(TYPES);
  const scaler = copy({ decide });
  await run(scaler);
  calls.length = 0;

  for (let minute = 0; minute < 60; minute += 1) {
    await clock.pass(60_000);
    await run(scaler);
  }

  const month = idleScalerUse({ jobTypes: TYPES.length });
  const hour = (count: number): number => count / HOURS_A_MONTH;
  const counted = (name: string): number => callsOf(name).length;
  expect(counted("read")).toBe(hour(month.tableReads));
  expect(counted("depth")).toBe(hour(month.queueReads));
  expect(counted("write-state")).toBe(hour(month.stateWrites));
  expect(counted("take-lease") + counted("give-back-lease")).toBe(hour(month.leaseWrites));
  // These are free, and all there is besides.
  expect(counted("find")).toBe(60 * TYPES.length);
  expect(counted("account")).toBe(60);
  expect(new Set(calls.map((call) => call.split(" ")[0]))).toEqual(
    new Set(["read", "account", "depth", "find", "take-lease", "write-state", "give-back-lease"]),
  );
});

it("reads no signals of an idle queue, however long it was busy before", async () => {
  const { run, copy, clock, callsOf, queue } = memoryScaler(["work"]);
  const scaler = copy({ decide });
  queue().depth = { visible: 3, inFlight: 1, delayed: 0 };
  await run(scaler);
  await clock.pass(60_000);
  queue().depth = { visible: 0, inFlight: 0, delayed: 0 };
  for (let minute = 0; minute < 30; minute += 1) {
    await run(scaler);
    await clock.pass(60_000);
  }

  expect(callsOf("signals")).toEqual(["signals work 150000"]);
});

it.each([
  ["it was never decided on", undefined, undefined, 1],
  ["all is calm", OPEN, undefined, 0],
  ["it is limited", { ...limited(20), needsCloseLook: false }, 20, 1],
  ["it needs a close look", { ...OPEN, needsCloseLook: true }, undefined, 1],
  ["its mapping was set to something else", OPEN, 50, 1],
])("reads an empty queue's signals only where they may matter: %s", async (_, wanted, limit, reads) => {
  const { run, copy, queue, callsOf, calls } = memoryScaler(["work"]);
  if (wanted !== undefined) {
    queue().wanted = wanted;
    await run(copy(), { remainingMs: () => 0 });
  }
  queue().mapping = foundMapping("work", { limit });
  calls.length = 0;

  await run(copy(), { remainingMs: () => 0 });

  expect(callsOf("signals")).toHaveLength(reads);
});

it("keeps a state that is charged as no more than two KiB for two idle queues", async () => {
  const { run, copy, kept } = memoryScaler(TYPES);

  await run(copy({ decide }));

  expect(Buffer.byteLength(JSON.stringify(kept.state?.queues))).toBeLessThan(2_048 - 200);
});
