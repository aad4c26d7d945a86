import { describe, expect, it } from "vitest";
import { memoryApi } from "../../support/memory-api.ts";

const text = (stringValue: string) => ({ dataType: "String", stringValue });

const withLetters = (count: number) => {
  const memory = memoryApi();
  const messageIds = Array.from({ length: count }, (_, index) => `message-${index}`);
  memory.deadLetters.add(...messageIds.map((messageId) => ({ messageId, body: `body of ${messageId}` })));
  const move = (body: unknown = "") => memory.post("/queues/echo/dead-letters/redrive", body);
  return { ...memory, move };
};

describe("moving dead letters back", () => {
  it("sends them to the queue with tenant and own attributes, and then deletes them", async () => {
    const { deadLetters, move, sent } = withLetters(0);
    const attributes = { "sluice.reason": text("why"), "sluice.messageId": text("m0"), trace: text("abc") };
    deadLetters.add({ messageId: "m1", body: "a job after all", tenant: "acme", attributes });

    const { status, body } = await move();

    expect({ status, body }).toEqual({ status: 202, body: { moved: ["m1"], kept: [] } });
    expect(sent).toEqual([
      { queueUrl: "http://queue/echo", body: "a job after all", tenant: "acme", attributes: { trace: text("abc") } },
    ]);
    expect(deadLetters.there()).toEqual([]);
  });

  it("moves up to the limit, 100 where nothing is said", async () => {
    const { deadLetters, move } = withLetters(130);

    const first = await move();
    const second = await move({ limit: 25 });

    expect([first, second].map(({ body }) => (body.moved as unknown[]).length)).toEqual([100, 25]);
    expect(deadLetters.there()).toHaveLength(5);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it("moves just those that are named, gives the others back, and says which were not there", async () => {
    const { deadLetters, move, sent } = withLetters(40);

    const { body } = await move({ messageIds: ["message-35", "message-3", "message-99"] });

    expect(body.moved).toEqual(["message-3", "message-35"]);
    expect(body.kept).toEqual([
      {
        messageId: "message-99",
        reason: "it was not received: it is not in the dead-letter queue, or another request holds it for some seconds",
      },
    ]);
    expect(sent.map(({ body: sentBody }) => sentBody)).toEqual(["body of message-3", "body of message-35"]);
    expect(deadLetters.there()).toHaveLength(38);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it("leaves alone what a worker sends back meanwhile", async () => {
    const { api, deadLetters, move } = withLetters(1);
    const { send } = api.sender;
    let sentBefore = 0;
    const sendAndReturn: typeof send = async (url, messages) => {
      for (const _ of messages) {
        sentBefore += 1;
        deadLetters.add({ messageId: `back again ${sentBefore}`, sentAtMs: api.clock.nowMs() });
      }
      return await send(url, messages);
    };
    Object.assign(api, { sender: { send: sendAndReturn } });

    const { body } = await move();

    expect(body).toEqual({ moved: ["message-0"], kept: [] });
    expect(deadLetters.there()).toEqual(["back again 1"]);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it("stops receiving once all that are named were met", async () => {
    const { api, move } = withLetters(40);
    const { receive } = api.deadLetters;
    let calls = 0;
    const counted = (...call: Parameters<typeof receive>) => {
      calls += 1;
      return receive(...call);
    };
    Object.assign(api.deadLetters, { receive: counted });

    await move({ messageIds: ["message-3"] });

    expect(calls).toBe(1);
  });

  it("keeps a message that the queue does not take, and never deletes it", async () => {
    const { deadLetters, failures, move, log } = withLetters(2);
    failures.set(0, "AccessDenied");

    const { body } = await move();

    expect(body).toEqual({
      moved: ["message-1"],
      kept: [{ messageId: "message-0", reason: "the queue did not take it; move it again" }],
    });
    expect(deadLetters.there()).toEqual(["message-0"]);
    expect(deadLetters.hidden()).toEqual([]);
    expect(log).toEqual(["dead-letter.not-moved"]);
  });

  it("says of a message that was sent and could not be deleted that it is in both queues", async () => {
    const { deadLetters, move, sent } = withLetters(2);
    deadLetters.stuck.add("message-1");

    const { body } = await move();

    expect(body).toEqual({
      moved: ["message-0"],
      kept: [
        {
          messageId: "message-1",
          reason: "it was sent to the queue, but could not be deleted here: it is in both; do not move it again",
        },
      ],
    });
    expect(sent).toHaveLength(2);
  });

  it("deletes nothing where sending fails altogether, and gives all back", async () => {
    const { api, deadLetters, move } = withLetters(3);
    Object.assign(api.sender, { send: () => Promise.reject(new Error("no answer")) });

    const { status } = await move();

    expect(status).toBe(500);
    expect(deadLetters.there()).toHaveLength(3);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it.each([
    [{ ids: [] }, "/ids", "is unknown; the fields are limit, messageIds"],
    [{ limit: 0 }, "/limit", "must be a whole number from 1 to 500"],
    [{ limit: 501 }, "/limit", "must be a whole number from 1 to 500"],
    [{ messageIds: [] }, "/messageIds", "must be a list of 1 to 500 message ids"],
    [{ messageIds: [1] }, "/messageIds", "must be a list of 1 to 500 message ids"],
    [{ messageIds: Array.from({ length: 501 }, String) }, "/messageIds", "must be a list of 1 to 500 message ids"],
  ])("rejects a wrong body and names the field", async (given, path, message) => {
    const { move, sent } = withLetters(1);

    const { status, body } = await move(given);

    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path, message }]);
    expect(sent).toEqual([]);
  });

  it("rejects an unknown job type", async () => {
    const { status, body } = await memoryApi().post("/queues/nothing/dead-letters/redrive");

    expect({ status, type: body.type }).toEqual({ status: 404, type: "urn:sluice:problem:unknown-job-type" });
  });
});
