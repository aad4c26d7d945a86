import { request } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Receiver, startReceiver } from "./receiver.ts";

const start = async (): Promise<Receiver> => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  return receiver;
};

const deliver = async ({ url }: Receiver, path: string, id: string): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", headers: { "webhook-id": id }, body: "{}" });

const statuses = async (receiver: Receiver, path: string, count: number): Promise<readonly number[]> => {
  const seen: number[] = [];
  for (let delivery = 0; delivery < count; delivery += 1) seen.push((await deliver(receiver, path, path)).status);
  return seen;
};

describe("the receiver of a campaign", () => {
  it.each([
    ["/ok/1", [200, 200]],
    ["/slow/20", [200]],
    ["/throttle/2", [429, 503, 200]],
    ["/fail/2", [500, 500, 200]],
    ["/refuse/1", [400, 200]],
    ["/broken/1", [500, 500, 500]],
  ])("behaves as %s says", async (path, expected) => {
    expect(await statuses(await start(), path, expected.length)).toEqual(expected);
  });

  it("asks for a second where it throttles", async () => {
    expect((await deliver(await start(), "/throttle/1", "a")).headers.get("retry-after")).toBe("1");
  });

  it("takes everything once it is healed", async () => {
    const receiver = await start();

    receiver.heal();

    expect(await statuses(receiver, "/broken/1", 2)).toEqual([200, 200]);
  });

  it("notes each delivery with its start, end and answer", async () => {
    const receiver = await start();

    await deliver(receiver, "/fail/1", "a");
    await deliver(receiver, "/fail/1", "a");

    const { behaviour, effects } = receiver.ledger.get("a") ?? {};
    const [first, second] = effects ?? [];
    expect(behaviour).toEqual({ kind: "fail", times: 1 });
    expect(effects).toMatchObject([{ status: 500 }, { status: 200 }]);
    expect(first?.endMs).toBeGreaterThanOrEqual(first?.startMs ?? Number.NaN);
    expect(second?.startMs).toBeGreaterThanOrEqual(first?.endMs ?? Number.NaN);
  });

  it("notes a delivery that breaks off as ended when its connection closes", async () => {
    const receiver = await start();
    const client = request(`${receiver.url}/hang/1`, { method: "POST", headers: { "webhook-id": "a" } });
    client.on("error", () => undefined).end("{}");
    while (receiver.ledger.get("a") === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const endBefore = receiver.ledger.get("a")?.effects[0]?.endMs;

    client.destroy();
    while (receiver.ledger.get("a")?.effects[0]?.endMs === Number.POSITIVE_INFINITY) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    expect(endBefore).toBe(Number.POSITIVE_INFINITY);
    expect(receiver.ledger.get("a")?.effects).toMatchObject([{ status: undefined }]);
  });
});
