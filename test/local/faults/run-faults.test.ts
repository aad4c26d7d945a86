import { describe, expect, it } from "vitest";
import type { Fault } from "../../../lib/local/faults/fault-plan.ts";
import { RunFaults } from "../../../lib/local/faults/run-faults.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { lambdaBench } from "../../support/lambda-bench.ts";
import { memoryQueue } from "../../support/memory-queue.ts";

const faultsOf = (
  ...faults: readonly Fault[]
): { readonly faults: RunFaults; readonly reported: readonly string[] } => {
  const reported: string[] = [];
  return { faults: new RunFaults({ seed: 1, faults }, (name, where) => reported.push(`${name}: ${where}`)), reported };
};

describe("a mapping's store", () => {
  it("refuses receives and deletes that meet a fault", async () => {
    const { faults, reported } = faultsOf(
      { at: "receive", name: "no-receive", rate: 1 },
      { at: "delete", name: "no-delete", rate: 1 },
    );
    const queue = memoryQueue(fakeClock());
    queue.send("a");
    const store = faults.disturb(queue);

    await expect(store.receive("jobs", 10, 0)).rejects.toThrow("got a fault that was asked for");
    await expect(store.remove("jobs", ["handle-a"])).rejects.toThrow("got a fault that was asked for");

    expect(queue.deleted()).toEqual([]);
    expect(reported).toEqual([
      "no-receive: the mapping's ReceiveMessage",
      "no-delete: the mapping's DeleteMessageBatch",
    ]);
  });

  it("answers as ever once faults are over", async () => {
    const { faults } = faultsOf({ at: "receive", name: "no-receive", rate: 1 });
    const queue = memoryQueue(fakeClock());
    queue.send("a");

    faults.end();

    expect(await faults.disturb(queue).receive("jobs", 10, 0)).toHaveLength(1);
  });
});

describe("an environment", () => {
  it("whose answer is lost has done its work, and is gone", async () => {
    const { faults, reported } = faultsOf({ at: "answer", name: "lost", rate: 1 });
    const { functionOf, logs, events } = lambdaBench(10, new Map(), faults);
    const worker = functionOf('export const handler = () => console.log("done");');

    const result = await worker.invoke("{}");

    expect(result).toMatchObject({ kind: "failed", error: { errorType: "Runtime.ExitError" } });
    expect(logs.map(({ text }) => text)).toEqual(["done"]);
    expect(events).toContainEqual({ kind: "environment-ended", functionName: "worker", reason: "crashed" });
    expect(reported).toEqual(["lost: worker"]);
  });

  it("has a clock that is wrong by a constant, and a deadline that is right", async () => {
    const { faults } = faultsOf({ at: "environment", name: "skew", rate: 1, clockOffByMs: 3_600_000 });
    const { functionOf } = lambdaBench(10, new Map(), faults);
    const asking = functionOf(`
      export const handler = (event, context) => ({
        now: Date.now(),
        constructed: new Date().getTime(),
        called: Date.parse(Date()),
        given: new Date(86_400_000).toISOString(),
        isDate: new Date() instanceof Date,
        leftMs: context.getRemainingTimeInMillis(),
      });
    `);

    const result = await asking.invoke("{}");

    const seen = result.kind === "succeeded" ? JSON.parse(result.payload) : {};
    expect(Math.abs(seen.now - Date.now())).toBeGreaterThan(60_000);
    expect(Math.abs(seen.now - Date.now())).toBeLessThan(3_660_000);
    expect(seen.constructed - seen.now).toBeLessThan(1_000);
    expect(Math.abs(seen.called - seen.now)).toBeLessThan(2_000);
    expect(seen).toMatchObject({ given: "1970-01-02T00:00:00.000Z", isDate: true });
    expect(seen.leftMs).toBeGreaterThan(8_000);
    expect(seen.leftMs).toBeLessThanOrEqual(10_000);
  });

  it("can be ended by its access key, which no other has", async () => {
    const { functionOf, pool } = lambdaBench();
    const { settings } = functionOf(`
      export const handler = ({ wait }) =>
        wait ? new Promise(() => setInterval(() => undefined, 1_000)) : process.env.AWS_ACCESS_KEY_ID;
    `);
    const [one, other] = await Promise.all([pool.take(settings), pool.take(settings)]);
    if ("errorType" in one || "errorType" in other) throw new Error("both must load");
    const keys = [await one.invoke("1", "{}"), await other.invoke("2", "{}")];
    const waiting = one.invoke("3", '{"wait":true}');

    pool.crash(one.accessKeyId);

    expect(await waiting).toMatchObject({ kind: "failed", error: { errorType: "Runtime.ExitError" } });
    expect([one.isEnded, other.isEnded]).toEqual([true, false]);
    expect(new Set(keys.map((key) => (key.kind === "succeeded" ? key.payload : "")))).toEqual(
      new Set([one, other].map(({ accessKeyId }) => JSON.stringify(accessKeyId))),
    );
  });
});
