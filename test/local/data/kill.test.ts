import { PutItemCommand, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { type LocalRun, startLocal } from "../../../lib/local/server.ts";
import { type AwsClients, awsClients } from "../../support/aws-clients.ts";
import { type KillableRun, killableRun } from "../../support/killable-run.ts";
import { STORAGE, writeStorageApp } from "../../support/storage-app.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const TableName = STORAGE.table;
const Bucket = STORAGE.bucket;

type Killed = KillableRun & AwsClients & { readonly again: () => Promise<LocalRun & AwsClients> };

/** Starts a run that can be killed, and started again in this process on the same folder. */
const start = async (): Promise<Killed> => {
  const [assemblyFolder, dataFolder] = [writeStorageApp(), temporaryFolder()];
  const killed = await killableRun(assemblyFolder, dataFolder);
  const again = async (): Promise<LocalRun & AwsClients> => {
    const run = await startLocal({ assemblyFolder, dataFolder, port: 0, awsPort: 0 });
    onTestFinished(() => run.stop({ drainMs: 0 }));
    return { ...run, ...awsClients(run.awsUrl) };
  };
  return { ...killed, ...awsClients(killed.awsUrl), again };
};

const urlOf = async ({ sqs }: AwsClients, QueueName: string): Promise<string> =>
  (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";

const receive = async ({ sqs }: AwsClients, QueueUrl: string, more: object = {}): Promise<readonly Message[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
      ...more,
    }),
  );
  return Messages;
};

/** Receives, and deletes if told, until a queue holds nothing that is not delayed; tells when each message came. */
const drain = async (clients: AwsClients, QueueUrl: string): Promise<ReadonlyMap<string, Came>> => {
  const came = new Map<string, Came>();
  for (;;) {
    for (const message of await receive(clients, QueueUrl, { WaitTimeSeconds: 1 })) {
      came.set(message.Body ?? "", { ...message, atMs: Date.now() });
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
    const [visible, inFlight] = await depthOf(clients, QueueUrl);
    if (visible === "0" && inFlight === "0") return came;
  }
};

type Came = Message & { readonly atMs: number };

const depthOf = async ({ sqs }: AwsClients, QueueUrl: string): Promise<readonly (string | undefined)[]> => {
  const { Attributes: counts } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return ["", "NotVisible", "Delayed"].map((what) => counts?.[`ApproximateNumberOfMessages${what}` as "QueueArn"]);
};

const bytes = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, place) => place * 31));

describe("a run that is killed and started again on its folder", () => {
  it("has its messages as they were, wherever each was", async () => {
    const killed = await start();
    const QueueUrl = await urlOf(killed, STORAGE.queue);
    const send = (MessageBody: string, more: object = {}): Promise<unknown> =>
      killed.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
    const hide = ({ ReceiptHandle }: Message, VisibilityTimeout: number): Promise<unknown> =>
      killed.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
    await send("dead", { MessageGroupId: "tenant-0" });
    for (let receives = 0; receives < 4; receives += 1) await receive(killed, QueueUrl, { VisibilityTimeout: 0 });
    for (const body of ["given back", "in flight", "expired", "deleted"]) await send(body);
    const [givenBack = {}, inFlight = {}, expired = {}, deleted = {}] = await receive(killed, QueueUrl);
    await hide(givenBack, 0);
    await hide(expired, 1);
    await hide(inFlight, 5);
    const visibleAtMs = Date.now() + 5_000;
    await killed.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: deleted.ReceiptHandle }));
    await send("delayed", { DelaySeconds: 900 });
    const MessageAttributes = {
      reason: { DataType: "String", StringValue: "ü" },
      raw: { DataType: "Binary", BinaryValue: bytes(300) },
    };
    await send("waiting", { MessageGroupId: "tenant-1", MessageAttributes });

    await killed.kill();
    const run = await killed.again();
    const came = await drain(run, await urlOf(run, STORAGE.queue));
    const dead = await drain(run, await urlOf(run, STORAGE.dead));

    expect(run.data?.found).toEqual({ messages: 6, records: 0, objects: 0 });
    expect(
      Object.fromEntries([...came].map(([body, { Attributes }]) => [body, Attributes?.ApproximateReceiveCount])),
    ).toEqual({
      "given back": "2",
      expired: "2",
      waiting: "1",
      "in flight": "2",
    });
    expect(came.get("in flight")?.atMs).toBeGreaterThanOrEqual(visibleAtMs - 1_000);
    expect(came.get("given back")?.Attributes?.SentTimestamp).toBe(givenBack.Attributes?.SentTimestamp);
    const { MessageAttributes: kept, Attributes, MessageId } = came.get("waiting") ?? {};
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Attributes?.MessageGroupId).toBe("tenant-1");
    expect(kept?.reason?.StringValue).toBe("ü");
    expect(Buffer.compare(kept?.raw?.BinaryValue ?? bytes(1), bytes(300))).toBe(0);
    expect([...dead.keys()]).toEqual(["dead"]);
    expect(dead.get("dead")?.Attributes?.MessageGroupId).toBe("tenant-0");
    expect(await depthOf(run, await urlOf(run, STORAGE.queue))).toEqual(["0", "0", "1"]);
  });

  it("has its items, objects and secrets as they were", async () => {
    const killed = await start();
    const Item = {
      pk: { S: "job#1" },
      deadShard: { S: "0" },
      attempts: { N: "3" },
      error: { M: { text: { S: "ü" } } },
    };
    const objects = { "inputs/small": bytes(10), "inputs/large": bytes(3 * 1_024 * 1_024), empty: Buffer.alloc(0) };
    await killed.dynamoDb.send(new PutItemCommand({ TableName, Item }));
    for (const [Key, Body] of Object.entries(objects)) {
      await killed.s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json" }));
    }

    await killed.kill();
    const run = await killed.again();

    expect(run.data?.found).toEqual({ messages: 0, records: 1, objects: 3 });
    for (const IndexName of [undefined, STORAGE.index]) {
      const { Items } = await run.dynamoDb.send(new ScanCommand({ TableName, IndexName }));
      expect(Items).toEqual([Item]);
    }
    for (const [Key, Body] of Object.entries(objects)) {
      const kept = await run.s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(kept.ContentType).toBe("application/json");
      expect(Buffer.compare((await kept.Body?.transformToByteArray()) ?? bytes(1), Body)).toBe(0);
    }
    expect(run.variablesOf("Worker")).toEqual(killed.variables);
    expect(killed.variables.SIGNING_KEY).toHaveLength(24);
  });

  it("has all that it acknowledged, and indexes that agree with their table, when it was killed at work", async () => {
    const killed = await start();
    const QueueUrl = await urlOf(killed, STORAGE.queue);
    const done = { sent: new Set<string>(), deletes: new Set<string>(), deleted: new Set<string>(), objects: 0 };
    const items = new Map<string, number>();
    const busy = Promise.withResolvers<void>();
    const work = async (name: string): Promise<void> => {
      for (let turn = 1; ; turn += 1) {
        const body = `${name} ${turn}`;
        await killed.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
        done.sent.add(body);
        await killed.dynamoDb.send(new UpdateItemCommand(toggle(name, turn)));
        items.set(name, turn);
        for (const { Body = "", ReceiptHandle } of await receive(killed, QueueUrl, { VisibilityTimeout: 3 })) {
          if (Body.endsWith("0")) continue;
          done.deletes.add(Body);
          await killed.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
          done.deleted.add(Body);
        }
        await killed.s3.send(new PutObjectCommand({ Bucket, Key: `results/${name}`, Body: `${turn}` }));
        if (done.deleted.size > 200) busy.resolve();
      }
    };
    const works = ["a", "b", "c", "d", "e", "f"].map(work);
    await Promise.race([busy.promise, ...works]);

    await killed.kill();
    const ends = await Promise.allSettled(works);
    const run = await killed.again();
    // One after the other: what was received too often goes to the dead-letter queue when it would be received again.
    const queues = [await drain(run, QueueUrl), await drain(run, await urlOf(run, STORAGE.dead))];

    expect(ends.map(({ status }) => status)).toEqual(works.map(() => "rejected"));
    const left = new Set(queues.flatMap((came) => [...came.keys()]));
    expect([...done.sent].filter((body) => !left.has(body) && !done.deletes.has(body))).toEqual([]);
    expect([...done.deleted].filter((body) => left.has(body))).toEqual([]);
    const table = await run.dynamoDb.send(new ScanCommand({ TableName }));
    const index = await run.dynamoDb.send(new ScanCommand({ TableName, IndexName: STORAGE.index }));
    const turns = new Map(table.Items?.map(({ pk, turn }) => [pk?.S, Number(turn?.N)]));
    expect([...items].filter(([name, turn]) => !((turns.get(name) ?? 0) >= turn))).toEqual([]);
    expect(byKey(index.Items)).toEqual(byKey(table.Items?.filter(({ deadShard }) => deadShard !== undefined)));
    for (const [name, turn] of items) {
      const { Body } = await run.s3.send(new GetObjectCommand({ Bucket, Key: `results/${name}` }));
      expect(Number(await Body?.transformToString())).toBeGreaterThanOrEqual(turn - 1);
    }
  });
});

/** Each second write puts an item into the index, the others take it out. */
const toggle = (name: string, turn: number): ConstructorParameters<typeof UpdateItemCommand>[0] => ({
  TableName,
  Key: { pk: { S: name } },
  UpdateExpression: turn % 2 === 0 ? "SET turn = :turn REMOVE deadShard" : "SET turn = :turn, deadShard = :shard",
  ExpressionAttributeValues: {
    ":turn": { N: `${turn}` },
    ...(turn % 2 === 0 ? {} : { ":shard": { S: `${turn % 5}` } }),
  },
});

const byKey = (items: readonly Record<string, { S?: string }>[] = []): readonly unknown[] =>
  items.toSorted((one, other) => ((one.pk?.S ?? "") < (other.pk?.S ?? "") ? -1 : 1));
