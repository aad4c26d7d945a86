import { describe, expect, it, onTestFinished } from "vitest";
import type { ReceiverState } from "../../../lib/cli/scenarios/scenario.ts";
import { startScenarioReceiver } from "../../../lib/cli/scenarios/scenario-receiver.ts";

const GOOD = { serviceMs: 0, isPoison: false };

const start = async (state: ReceiverState) => {
  let now = state;
  const receiver = await startScenarioReceiver(() => now);
  onTestFinished(() => receiver.stop());
  const post = async (job: { serviceMs: number; isPoison: boolean }, id = "job"): Promise<number> => {
    const response = await fetch(receiver.urlFor(job), { method: "POST", headers: { "webhook-id": id } });
    await response.arrayBuffer();
    return response.status;
  };
  return {
    receiver,
    post,
    set: (next: ReceiverState): void => {
      now = next;
    },
  };
};

describe("the scenarios' receiver", () => {
  it("takes what comes while it has room, and counts jobs once", async () => {
    const { receiver, post } = await start({ capacity: undefined, isDown: false });

    expect([await post(GOOD), await post(GOOD), await post(GOOD, "other")]).toEqual([204, 204, 204]);
    expect(receiver.counts()).toMatchObject({ delivered: 3, deliveredJobs: 2, refused: 0 });
  });

  it("has a file for those who ask for one, and counts that as no webhook", async () => {
    const { receiver } = await start({ capacity: undefined, isDown: false });
    const response = await fetch(receiver.urlFor(GOOD));

    expect(response.headers.get("content-type")).toBe("text/csv");
    expect((await response.text()).split("\n").length).toBeGreaterThan(2);
    expect(receiver.counts()).toMatchObject({ delivered: 0, peak: 1 });
  });

  it("answers 429 to what is over its capacity, and takes more when there is room again", async () => {
    const { receiver, post } = await start({ capacity: 2, isDown: false });
    const busy = { serviceMs: 300, isPoison: false };

    const atOnce = await Promise.all([post(busy, "a"), post(busy, "b"), post(busy, "c")]);

    expect(atOnce.toSorted()).toEqual([204, 204, 429]);
    expect(await post(GOOD)).toBe(204);
    expect(receiver.counts()).toMatchObject({ peak: 2, refused: 1, delivered: 3 });
  });

  it("answers 503 while it is down, and 400 to poison whenever it is up", async () => {
    const { receiver, post, set } = await start({ capacity: undefined, isDown: true });

    expect(await post(GOOD)).toBe(503);
    set({ capacity: undefined, isDown: false });
    expect(await post({ serviceMs: 0, isPoison: true })).toBe(400);
    expect(receiver.counts()).toMatchObject({ refused: 1, poison: 1, delivered: 0 });
  });
});
