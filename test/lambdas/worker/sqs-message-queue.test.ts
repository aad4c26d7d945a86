import { type Message, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqsMessageQueue } from "../../../lambdas/worker/sqs-message-queue.ts";
import { DEAD_LETTER_ATTRIBUTES } from "../../../lib/core/dead-letter.ts";
import { decodeEnvelope } from "../../../lib/core/envelope.ts";
import { SQS_MAX_MESSAGE_BYTES } from "../../../lib/core/limits.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { type SqsAnswer, scriptedSqs } from "../../support/scripted-sqs.ts";
import { message } from "../../support/worker-setup.ts";

let aws: LocalAws;
let queues = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const setUp = async () => {
  queues += 1;
  const urls = await Promise.all([`jobs-${queues}`, `dead-${queues}`].map(aws.makeQueue));
  const [queueUrl = "", deadLetterQueueUrl = ""] = urls;
  const receive = async (QueueUrl: string): Promise<Message> => {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }),
    );
    const [only] = Messages;
    if (only === undefined) throw new Error("there is no message");
    return only;
  };
  const received = (): Promise<Message> => receive(queueUrl);
  const deadLettered = (): Promise<Message> => receive(deadLetterQueueUrl);
  return { queue: sqsMessageQueue(aws.sqs, queueUrl, deadLetterQueueUrl), queueUrl, received, deadLettered };
};

const withAttribute = (body: string) => ({
  ...message(body, "m1"),
  messageAttributes: { trace: { dataType: "String" as const, stringValue: "abc" } },
});

const TRACE = { DataType: "String", StringValue: "abc" };

describe("a message that is renewed", () => {
  it("is there again with its attributes", async () => {
    const { queue, received } = await setUp();

    await queue.renew(withAttribute("a job"), 0);

    expect(await received()).toMatchObject({ Body: "a job", MessageAttributes: { trace: TRACE } });
  });
});

describe("a message that is no job", () => {
  it("is dead-lettered with the reason, its id and its attributes", async () => {
    const { queue, deadLettered } = await setUp();

    await queue.deadLetter(withAttribute("hello"), "the body is not JSON");

    const { Body, MessageAttributes } = await deadLettered();
    expect(Body).toBe("hello");
    expect(MessageAttributes).toMatchObject({
      trace: TRACE,
      [DEAD_LETTER_ATTRIBUTES.reason]: { StringValue: "the body is not JSON" },
      [DEAD_LETTER_ATTRIBUTES.messageId]: { StringValue: "m1" },
    });
  });

  it("is dead-lettered with a reason that SQS takes, whatever the reason quotes", async () => {
    const { queue, deadLettered } = await setUp();
    const body = String.raw`{"version":1,"type":"\uffff\ud800\u0001\ud83d\ude00"}`;
    const decoded = decodeEnvelope(body, { type: "echo", salt: "table" });
    if ("envelope" in decoded) throw new Error("it must be no job");

    await queue.deadLetter(message(body), decoded.malformed);

    const { MessageAttributes = {} } = await deadLettered();
    expect(MessageAttributes[DEAD_LETTER_ATTRIBUTES.reason]?.StringValue).toBe(
      String.raw`type must be echo, got "${"\ufffd"}\ud800\u0001😀"`,
    );
  });

  it("is dead-lettered with a reason that is cut where it is long, and not within a character", async () => {
    const { queue, deadLettered } = await setUp();

    await queue.deadLetter(message("hello"), `x${"😀".repeat(1_000)}`);

    const { MessageAttributes = {} } = await deadLettered();
    expect(MessageAttributes[DEAD_LETTER_ATTRIBUTES.reason]?.StringValue).toBe(`x${"😀".repeat(249)}\ufffd`);
  });

  it("is dead-lettered as it came where it is as large as a message can be", async () => {
    const { queue, queueUrl, deadLettered } = await setUp();
    const body = "x".repeat(SQS_MAX_MESSAGE_BYTES);
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));

    await queue.deadLetter(message(body), "the body is not JSON");

    const { Body, MessageAttributes } = await deadLettered();
    expect(Body === body).toBe(true);
    expect(MessageAttributes).toBeUndefined();
  });

  it("keeps its own attributes where there is no room for the reason", async () => {
    const { queue, deadLettered } = await setUp();
    const body = "x".repeat(SQS_MAX_MESSAGE_BYTES - "traceStringabc".length);

    await queue.deadLetter(withAttribute(body), "the body is not JSON");

    expect((await deadLettered()).MessageAttributes).toEqual({ trace: TRACE });
  });

  it.each<[string, SqsAnswer]>([
    ["is too busy", { status: 400, type: "RequestThrottled" }],
    ["fails", { status: 500, type: "InternalError" }],
  ])("waits, and does not lose its reason, where SQS %s", async (_, answer) => {
    const { client, calls } = scriptedSqs(() => answer);
    const queue = sqsMessageQueue(client, "http://sqs.invalid/1/jobs", "http://sqs.invalid/1/dead");

    await expect(queue.deadLetter(message("hello"), "the body is not JSON")).rejects.toThrow();

    expect(calls).toHaveLength(1);
  });
});
