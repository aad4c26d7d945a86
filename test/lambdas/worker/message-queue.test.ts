import { describe, expect, it } from "vitest";
import { lazyMessageQueue } from "../../../lambdas/worker/message-queue.ts";
import { message } from "../../support/worker-setup.ts";

const setUp = () => {
  const calls: unknown[] = [];
  let loads = 0;
  const call =
    (name: string) =>
    async (...values: readonly unknown[]): Promise<void> =>
      void calls.push([name, ...values]);
  const queue = lazyMessageQueue(async () => {
    loads += 1;
    return { hide: call("hide"), renew: call("renew"), deadLetter: call("deadLetter") };
  });
  return { queue, calls, loads: () => loads };
};

describe("a lazy message queue", () => {
  it("is not loaded before a message needs it, and then once", async () => {
    const { queue, calls, loads } = setUp();
    const [one, two] = [message("{}", "m1"), message("{}", "m2")];

    const before = loads();
    await Promise.all([queue.hide(one, 3), queue.renew(two, 7)]);
    await queue.deadLetter(two, "no JSON");

    expect([before, loads()]).toEqual([0, 1]);
    expect(calls).toEqual([
      ["hide", one, 3],
      ["renew", two, 7],
      ["deadLetter", two, "no JSON"],
    ]);
  });
});
