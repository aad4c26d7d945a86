import { DeleteTableCommand, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { type LocalOptions, type LocalRun, startLocal } from "../../../lib/local/server.ts";
import { dynaliteDatabase, newDynalite } from "../../../lib/local/wire/dynalite-store.ts";
import { openDynamoDb } from "../../../lib/local/wire/dynamodb.ts";
import { type AwsClients, awsClients } from "../../support/aws-clients.ts";
import { serve } from "../../support/local-server.ts";
import { STORAGE, writeStorageApp } from "../../support/storage-app.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const TableName = STORAGE.table;
const item = (pk: string): { pk: { S: string } } => ({ pk: { S: pk } });

type Options = Partial<LocalOptions> & { readonly dataFolder?: string };

const start = async (options: Options): Promise<LocalRun & AwsClients> => {
  const run = await startLocal({ assemblyFolder: writeStorageApp(), port: 0, awsPort: 0, ...options });
  onTestFinished(() => run.stop({ drainMs: 0 }));
  return { ...run, ...awsClients(run.awsUrl) };
};

const attributesOf = async ({ sqs, awsUrl }: LocalRun & AwsClients): Promise<Readonly<Record<string, string>>> => {
  const QueueUrl = `${awsUrl}/000000000000/${STORAGE.queue}`;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return Attributes ?? {};
};

describe("a run that is stopped and started again on its folder", () => {
  it("goes on with what is there, under another port", async () => {
    const dataFolder = temporaryFolder();
    const first = await start({ dataFolder });
    await first.sqs.send(
      new SendMessageCommand({ QueueUrl: `${first.awsUrl}/000000000000/${STORAGE.queue}`, MessageBody: "x" }),
    );
    await first.dynamoDb.send(new PutItemCommand({ TableName, Item: item("a") }));
    await first.s3.send(new PutObjectCommand({ Bucket: STORAGE.bucket, Key: "k", Body: "x" }));
    await first.stop();

    const second = await start({ dataFolder });
    const { QueueUrls = [] } = await second.sqs.send(new ListQueuesCommand({}));
    await second.sqs.send(new DeleteQueueCommand({ QueueUrl: QueueUrls.find((url) => url.endsWith(STORAGE.dead)) }));
    const left = await second.sqs.send(new ListQueuesCommand({}));

    expect(first.data).toEqual({ folder: dataFolder, found: { messages: 0, records: 0, objects: 0 } });
    expect(second.data).toEqual({ folder: dataFolder, found: { messages: 1, records: 1, objects: 1 } });
    expect(second.awsUrl).not.toBe(first.awsUrl);
    expect(QueueUrls).toEqual([STORAGE.dead, STORAGE.queue].map((name) => `${second.awsUrl}/000000000000/${name}`));
    expect(left.QueueUrls).toHaveLength(1);
    expect(await attributesOf(second)).toMatchObject({ ApproximateNumberOfMessages: "1" });
    expect(second.variablesOf("Worker")).toEqual(first.variablesOf("Worker"));
    const { KeyCount } = await second.s3.send(new ListObjectsV2Command({ Bucket: STORAGE.bucket }));
    expect(KeyCount).toBe(1);
  });

  it("has nothing of an earlier run, and other secrets, when it has no folder", async () => {
    const first = await start({});
    await first.dynamoDb.send(new PutItemCommand({ TableName, Item: item("a") }));
    await first.stop();

    const second = await start({});

    expect(second.data).toBeUndefined();
    expect((await second.dynamoDb.send(new ScanCommand({ TableName }))).Items).toEqual([]);
    expect(second.variablesOf("Worker")).not.toEqual(first.variablesOf("Worker"));
  });

  it("gives a queue the attributes that its template has now, and defaults for those that went", async () => {
    const dataFolder = temporaryFolder();
    const before = writeStorageApp({ queue: { VisibilityTimeout: 77, DelaySeconds: 5, RedrivePolicy: undefined } });
    const first = await start({ dataFolder, assemblyFolder: before });
    await first.sqs.send(
      new SetQueueAttributesCommand({
        QueueUrl: `${first.awsUrl}/000000000000/${STORAGE.queue}`,
        Attributes: { MaximumMessageSize: "2048" },
      }),
    );
    await first.stop();

    const second = await start({ dataFolder });
    const attributes = await attributesOf(second);
    await second.stop();
    const third = await start({ dataFolder, assemblyFolder: before });

    expect(attributes).toMatchObject({ VisibilityTimeout: "30", DelaySeconds: "0", MaximumMessageSize: "1048576" });
    expect(JSON.parse(attributes.RedrivePolicy ?? "{}")).toMatchObject({ maxReceiveCount: 3 });
    expect(await attributesOf(third)).toMatchObject({ VisibilityTimeout: "77", DelaySeconds: "5" });
    expect(await attributesOf(third)).not.toHaveProperty("RedrivePolicy");
  });

  it("keeps queues that its template has no more, with their messages", async () => {
    const dataFolder = temporaryFolder();
    const first = await start({ dataFolder });
    const { QueueUrl } = await first.sqs.send(new CreateQueueCommand({ QueueName: "old" }));
    await first.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await first.stop();

    const second = await start({ dataFolder });

    const { QueueUrls = [] } = await second.sqs.send(new ListQueuesCommand({ QueueNamePrefix: "old" }));
    expect(QueueUrls).toHaveLength(1);
    expect(second.data?.found.messages).toBe(1);
  });

  it.each([
    {
      what: "another key",
      table: { KeySchema: [{ AttributeName: "deadShard", KeyType: "HASH" }] },
      message:
        'App.Table.KeySchema must be what the data folder\'s table has, [{"AttributeName":"pk","KeyType":"HASH"}], ' +
        'got [{"AttributeName":"deadShard","KeyType":"HASH"}]',
    },
    {
      what: "no index",
      table: { GlobalSecondaryIndexes: [], AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }] },
      message: /^App\.Table\.AttributeDefinitions must be what the data folder's table has, .*, got \[\{.*"pk".*\}\]$/,
    },
    {
      what: "an index that holds less",
      table: {
        GlobalSecondaryIndexes: [
          {
            IndexName: STORAGE.index,
            KeySchema: [{ AttributeName: "deadShard", KeyType: "HASH" }],
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      },
      message: /^App\.Table\.GlobalSecondaryIndexes must be .*"ALL".*, got .*"KEYS_ONLY"/,
    },
  ])("rejects a table that is to have $what, and leaves the folder as it is", async ({ table, message }) => {
    const dataFolder = temporaryFolder();
    const first = await start({ dataFolder });
    await first.dynamoDb.send(new PutItemCommand({ TableName, Item: item("a") }));
    await first.stop();

    const other = start({ dataFolder, assemblyFolder: writeStorageApp({ table }) });

    await expect(other).rejects.toMatchObject({ code: "TableDiffers" });
    await expect(other).rejects.toThrow(message);
    expect((await start({ dataFolder })).data?.found.records).toBe(1);
  });

  it("rejects a port that is in use, and gives the folder back", async () => {
    const dataFolder = temporaryFolder();
    const { host } = await serve(() => undefined);
    const awsPort = Number(host.split(":")[1]);

    await expect(start({ dataFolder, awsPort })).rejects.toMatchObject({ code: "PortInUse" });

    expect((await start({ dataFolder })).data?.folder).toBe(dataFolder);
  });
});

describe("a table that was being deleted when its run was killed", () => {
  it("is gone with its items, and another of its name can be made", async () => {
    const folder = temporaryFolder();
    const { store } = newDynalite(dynaliteDatabase(), { path: folder });
    const done = Promise.withResolvers<unknown>();
    const key = `item-${TableName}~a`;
    store.db.batch([{ type: "put", key, value: item("a") }], () =>
      store.tableDb.put(TableName, { TableName, TableStatus: "DELETING" }, done.resolve),
    );
    await done.promise;
    await store.lifecycleManager.gracefulClose();

    const dynamoDb = await openDynamoDb(folder);
    onTestFinished(() => dynamoDb.close());

    expect(await dynamoDb.countItems()).toBe(0);
    const { url } = await serve(dynamoDb.listener);
    await expect(awsClients(url).dynamoDb.send(new DeleteTableCommand({ TableName }))).rejects.toThrow("not found");
  });
});
