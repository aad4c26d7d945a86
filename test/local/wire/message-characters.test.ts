import { CreateQueueCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";
import { clientOptions } from "../../support/client-options.ts";

let store: Store;
let sqs: SQSClient;
let QueueUrl: string | undefined;

beforeAll(async () => {
  store = await startStore(0, (error) => {
    throw error;
  });
  sqs = new SQSClient(clientOptions(store.url));
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "texts" })));
});

afterAll(async () => {
  sqs.destroy();
  await store.stop();
});

/** Receives and deletes what is there. */
const takeAll = async (): Promise<readonly string[]> => {
  const messages = await store.receive("texts", 10, 0);
  await store.remove(
    "texts",
    messages.map(({ receiptHandle }) => receiptHandle),
  );
  return messages.map(({ body }) => body);
};

/** What XML 1.0 allows, and so SQS. */
const character = fc
  .oneof(
    fc.constantFrom(0x9, 0xa, 0xd),
    fc.integer({ min: 0x20, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xfffd }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  )
  .map((code) => String.fromCodePoint(code));

describe("a message", () => {
  it("with 😀 is taken, and given back the same", async () => {
    const body = '{"input":"😀 𝒳 👩‍👩‍👧"}';
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: "1", MessageBody: body }] }),
    );

    expect(Failed).toEqual([]);
    expect(await takeAll()).toEqual([body, body]);
  });

  it("is given back the same, whatever allowed characters it has", async () => {
    const text = fc.array(character, { minLength: 1, maxLength: 20 }).map((characters) => characters.join(""));

    await fc.assert(
      fc.asyncProperty(text, async (MessageBody) => {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

        expect(await takeAll()).toEqual([MessageBody]);
      }),
    );
  });

  it.each([
    { what: "U+FFFF", MessageBody: "a\uFFFF" },
    { what: "U+FFFE beside an emoji", MessageBody: "😀\uFFFE" },
    { what: "a control character", MessageBody: "a\u0001" },
    { what: "half a character", MessageBody: "a\uD83D" },
  ])("rejects $what", async ({ MessageBody }) => {
    const sent = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

    await expect(sent).rejects.toMatchObject({ name: expect.stringContaining("InvalidMessageContents") });
  });
});
