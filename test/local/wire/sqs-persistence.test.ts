import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqs, queueUrls, type Sqs } from "../../../lib/local/wire/sqs.ts";
import { openSqsPersistence, type SqsPersistence } from "../../../lib/local/wire/sqs-persistence.ts";
import { type AwsClients, awsClients } from "../../support/aws-clients.ts";
import { serve } from "../../support/local-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const PORT = 4_000;
const RedrivePolicy = JSON.stringify({
  deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
  maxReceiveCount: 1,
});

type Opened = AwsClients & { readonly sqsItself: Sqs; readonly persistence: SqsPersistence };

const open = async (folder: string): Promise<Opened> => {
  const persistence = await openSqsPersistence(folder);
  const sqsItself = await openSqs(() => PORT, Date.now);
  persistence.load(sqsItself.stores, queueUrls(PORT));
  onTestFinished(() => sqsItself.close());
  const { url } = await serve(sqsItself.listener);
  return { ...awsClients(url), sqsItself, persistence };
};

const QueueUrl = `${queueUrls(PORT)}source`;
const receive = new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 });

const createQueues = async ({ sqs }: AwsClients): Promise<void> => {
  await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
  await sqs.send(new CreateQueueCommand({ QueueName: "source", Attributes: { RedrivePolicy } }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));
};

describe("queues that are kept", () => {
  it("have a message in one of two queues, when the run dies while it moves to the dead-letter queue", async () => {
    const folder = temporaryFolder();
    const first = await open(folder);
    await createQueues(first);
    await first.sqs.send(receive);
    first.sqsItself.queueOf("dead").enqueue = () => {
      throw new Error("the run dies here");
    };
    await expect(first.sqs.send(receive)).rejects.toThrow();
    first.persistence.close();

    const second = await open(folder);
    onTestFinished(() => second.persistence.close());

    expect(second.persistence.count()).toEqual({ messages: 1, objects: 0 });
    expect(second.sqsItself.depths().map(({ queueName, visible }) => [queueName, visible])).toEqual([
      ["dead", 0],
      ["source", 1],
    ]);
  });

  it("count what goes through them, and keep groups, after they were brought back", async () => {
    const folder = temporaryFolder();
    const first = await open(folder);
    await createQueues(first);
    first.persistence.close();

    const second = await open(folder);
    onTestFinished(() => second.persistence.close());
    await second.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "more", MessageGroupId: "tenant-1" }));
    const messages = await second.sqsItself.receive("source", 10, 0);

    expect(messages.map(({ body, attributes }) => [body, attributes.MessageGroupId])).toEqual([
      ["poison", undefined],
      ["more", "tenant-1"],
    ]);
    const source = second.sqsItself.sample().filter(({ dimensions }) => dimensions.QueueName === "source");
    const traffic = source.filter(({ metric }) => /Messages(Sent|Received|Deleted)$/.test(metric));
    expect(traffic.map(({ metric, sum }) => [metric, sum])).toEqual([
      ["NumberOfMessagesSent", 1],
      ["NumberOfMessagesReceived", 2],
      ["NumberOfMessagesDeleted", 0],
    ]);
  });
});
