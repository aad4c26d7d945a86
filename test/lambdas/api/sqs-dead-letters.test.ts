import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqsDeadLetters } from "../../../lambdas/api/sqs-dead-letters.ts";
import { sqsMessageSender } from "../../../lambdas/api/sqs-message-sender.ts";
import { systemClock, systemDice } from "../../../lambdas/shared/system.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { scriptedSqs } from "../../support/scripted-sqs.ts";

let aws: LocalAws;
let queues = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const queueWith = async (count: number): Promise<string> => {
  queues += 1;
  const queueUrl = await aws.makeQueue(`dead-${queues}`);
  for (let index = 0; index < count; index += 1) {
    await aws.sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: `body ${index}`,
        MessageGroupId: "acme",
        MessageAttributes: {
          trace: { DataType: "String", StringValue: "abc" },
          raw: { DataType: "Binary", BinaryValue: Buffer.from("hi") },
        },
      }),
    );
  }
  return queueUrl;
};

const deadLetters = (log: string[] = []) => sqsDeadLetters(aws.sqs, (event) => void log.push(event));

const countOf = async (queueUrl: string): Promise<number> => {
  const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes = {} } = await aws.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
};

describe("dead letters in SQS", () => {
  it("come with all that there is of them, and are hidden from others", async () => {
    const queueUrl = await queueWith(1);
    const startMs = Date.now();

    const [letter] = await deadLetters().receive(queueUrl, 10);
    const { Messages } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));

    expect(letter).toMatchObject({ body: "body 0", tenant: "acme", receives: 1 });
    expect(letter?.sentAtMs).toBeGreaterThan(startMs - 60_000);
    expect(letter?.attributes.trace).toEqual({ dataType: "String", stringValue: "abc", binaryValue: undefined });
    expect(Buffer.from(letter?.attributes.raw?.binaryValue ?? []).toString()).toBe("hi");
    expect(Messages).toBeUndefined();
  });

  it("come back at once when they are given back, more than ten too", async () => {
    const queueUrl = await queueWith(12);
    const port = deadLetters();
    const received = [...(await port.receive(queueUrl, 10)), ...(await port.receive(queueUrl, 10))];

    await port.giveBack(
      queueUrl,
      received.map(({ receiptHandle }) => receiptHandle),
    );

    expect(received).toHaveLength(12);
    expect(await port.receive(queueUrl, 10)).toHaveLength(10);
  });

  it("are gone when they are removed", async () => {
    const queueUrl = await queueWith(12);
    const port = deadLetters();
    const received = [...(await port.receive(queueUrl, 10)), ...(await port.receive(queueUrl, 1))];

    const failures = await port.remove(
      queueUrl,
      received.map(({ receiptHandle }) => receiptHandle),
    );

    expect(failures).toEqual(Array.from({ length: 11 }, () => undefined));
    expect(await countOf(queueUrl)).toBe(1);
  });

  it("that cannot be removed are told of, each in its place", async () => {
    const isSecondCall = (first: string | undefined): boolean => first === "10";
    const { client } = scriptedSqs(({ Entries }) =>
      isSecondCall(Entries[0]?.Id)
        ? { status: 500, type: "InternalError" }
        : { body: { Failed: [{ Id: "3", Code: "ReceiptHandleIsInvalid", Message: "too late", SenderFault: true }] } },
    );
    const handles = Array.from({ length: 12 }, (_, index) => `handle ${index}`);

    const failures = await sqsDeadLetters(client, () => undefined).remove("http://sqs.invalid/queue", handles);

    const told = failures.flatMap((failure, index) => (failure === undefined ? [] : [[index, failure]]));
    expect(told).toEqual([
      [3, "ReceiptHandleIsInvalid: too late"],
      [10, "said SQS"],
      [11, "said SQS"],
    ]);
  });

  it("that cannot be given back do no harm, and are logged", async () => {
    const queueUrl = await queueWith(0);
    const log: string[] = [];

    await deadLetters(log).giveBack(`${queueUrl}-that-is-not`, ["handle"]);

    expect(log).toEqual(["dead-letters.not-given-back"]);
  });

  it("keep body, tenant and attributes when they are sent on", async () => {
    const [from, to] = [await queueWith(1), await queueWith(0)];
    const port = deadLetters();
    const letters = await port.receive(from, 10);

    const failures = await sqsMessageSender(aws.sqs, { clock: systemClock, dice: systemDice }).send(to, letters);

    const [moved] = await port.receive(to, 10);
    expect(failures).toEqual([undefined]);
    expect(moved).toMatchObject({ body: "body 0", tenant: "acme", attributes: letters[0]?.attributes });
  });
});
