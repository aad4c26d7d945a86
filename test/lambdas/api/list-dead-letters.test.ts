import { describe, expect, it } from "vitest";
import { LAMBDA_MAX_PAYLOAD_BYTES, SQS_MAX_MESSAGE_ATTRIBUTES } from "../../../lib/core/limits.ts";
import { memoryApi } from "../../support/memory-api.ts";

const text = (stringValue: string) => ({ dataType: "String", stringValue });

const withLetters = (count: number) => {
  const memory = memoryApi();
  const messageIds = Array.from({ length: count }, (_, index) => `message-${index}`);
  memory.deadLetters.add(...messageIds.map((messageId) => ({ messageId })));
  const list = (query = {}) => memory.request("GET", "/queues/echo/dead-letters", { query });
  return { ...memory, list };
};

describe("listing a dead-letter queue", () => {
  it("shows each message, why it is there, and how many there are about", async () => {
    const { deadLetters, list } = withLetters(0);
    deadLetters.add({
      messageId: "m1",
      body: "not a job",
      sentAtMs: Date.parse("2026-11-22T09:00:00Z"),
      receives: 2,
      attributes: { "sluice.reason": text("the body is not JSON"), trace: text("abc") },
    });

    const { status, body } = await list();

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        messages: [
          {
            messageId: "m1",
            reason: "the body is not JSON",
            sentAt: "2026-11-22T09:00:00.000Z",
            receives: 3,
            body: "not a job",
            attributes: { "sluice.reason": "the body is not JSON", trace: "abc" },
          },
        ],
        approximateCount: 6,
      },
    });
  });

  it("says of a message without a reason that SQS moved it", async () => {
    const { list } = withLetters(1);

    const { body } = await list();

    const reason =
      "it came without one: SQS moved it here, after as many receives as the queue allows; or it is too large to carry one, and the worker's log has it";
    expect(body.messages).toMatchObject([{ reason }]);
  });

  it("cuts long bodies, and shows binary attributes in base 64", async () => {
    const { deadLetters, list } = withLetters(0);
    const attributes = { raw: { dataType: "Binary", binaryValue: Buffer.from("hi") } };
    deadLetters.add({ messageId: "m1", body: "x".repeat(5_000), attributes });

    const { body } = await list();

    expect(body.messages).toMatchObject([{ body: "x".repeat(1_000), attributes: { raw: "aGk=" } }]);
  });

  it("lists letters with large attributes, cut to what an answer can hold", async () => {
    const { deadLetters, list } = withLetters(0);
    // A quote takes the most bytes of all that SQS lets through: the answer is JSON within JSON.
    const large = '"'.repeat(90_000);
    const names = [
      "sluice.reason",
      ...Array.from({ length: SQS_MAX_MESSAGE_ATTRIBUTES - 1 }, (_, place) => `n${place}`),
    ];
    const attributes = Object.fromEntries(names.map((name) => [name, text(large)]));
    const letters = Array.from({ length: 100 }, (_, place) => ({ messageId: `m${place}`, body: large, attributes }));
    deadLetters.add(...letters);

    const { status, body } = await list({ limit: "100" });

    const cut = large.slice(0, 1_000);
    expect(status).toBe(200);
    expect(body.messages).toHaveLength(100);
    expect(body.messages).toMatchObject([
      { reason: cut, attributes: { n0: cut } },
      ...letters.slice(1).map(() => ({})),
    ]);
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(body)))).toBeLessThan(LAMBDA_MAX_PAYLOAD_BYTES);
  });

  it("gives all messages back", async () => {
    const { deadLetters, list } = withLetters(3);

    await list();

    expect(deadLetters.there()).toHaveLength(3);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it("gives them back even if the rest of the work fails", async () => {
    const { api, deadLetters, list } = withLetters(3);
    Object.assign(api.depths, { read: () => Promise.reject(new Error("no answer")) });

    const { status } = await list();

    expect(status).toBe(500);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it("shows as many as asked for, 10 where nothing is said", async () => {
    const { list } = withLetters(150);

    const [usual, asked, most] = [await list(), await list({ limit: "25" }), await list({ limit: "100" })];

    const counts = [usual, asked, most].map(({ body }) => (body.messages as unknown[]).length);
    expect(counts).toEqual([10, 25, 100]);
  });

  it("shows a message once that SQS delivers twice", async () => {
    const { api, list } = withLetters(1);
    const { receive } = api.deadLetters;
    const twice = async (...call: Parameters<typeof receive>) => {
      const letters = await receive(...call);
      return [...letters, ...letters];
    };
    Object.assign(api.deadLetters, { receive: twice });

    const { body } = await list();

    expect(body.messages).toHaveLength(1);
  });

  it("asks again after one empty answer, which may be chance", async () => {
    const { api, list } = withLetters(1);
    const { receive } = api.deadLetters;
    let calls = 0;
    const late = async (...call: Parameters<typeof receive>) => {
      calls += 1;
      return calls === 1 ? [] : receive(...call);
    };
    Object.assign(api.deadLetters, { receive: late });

    const { body } = await list();

    expect(body.messages).toHaveLength(1);
    expect(calls).toBe(4);
  });

  it("begins no receive after 14 seconds", async () => {
    const { api, clock, list, deadLetters } = withLetters(100);
    const { receive } = api.deadLetters;
    const slow = async (...call: Parameters<typeof receive>) => {
      await clock.pass(9_000);
      return receive(...call);
    };
    Object.assign(api.deadLetters, { receive: slow });

    const { body } = await list({ limit: "100" });

    expect(body.messages).toHaveLength(20);
    expect(deadLetters.hidden()).toEqual([]);
  });

  it.each([
    [{ limit: "0" }, "limit must be a whole number from 1 to 100, got 0"],
    [{ limit: "101" }, "limit must be a whole number from 1 to 100, got 101"],
    [{ cursor: "x" }, "cursor is unknown; the parameter is limit"],
  ])("rejects %j", async (query, detail) => {
    const { status, body } = await withLetters(1).list(query);

    expect({ status, detail: body.detail }).toEqual({ status: 400, detail });
  });

  it("rejects an unknown job type", async () => {
    const { status, body } = await memoryApi().request("GET", "/queues/nothing/dead-letters");

    expect({ status, type: body.type }).toEqual({ status: 404, type: "urn:sluice:problem:unknown-job-type" });
  });
});
