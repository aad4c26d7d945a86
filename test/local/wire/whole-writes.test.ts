import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { type DynaliteStore, dynaliteDatabase, newDynalite } from "../../../lib/local/wire/dynalite-store.ts";
import { writeWhole } from "../../../lib/local/wire/whole-writes.ts";
import { awsClients } from "../../support/aws-clients.ts";
import { serve } from "../../support/local-server.ts";

const TableName = "records";
const Key = { pk: { S: "a" } };
const Item = { ...Key, deadShard: { S: "1" } };

const start = async (): Promise<{ dynamoDb: DynamoDBClient; store: DynaliteStore }> => {
  const database = dynaliteDatabase();
  const { server, store } = newDynalite(database, { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  writeWhole(database, store);
  const { url } = await serve((request, response) => server.emit("request", request, response));
  return { ...awsClients(url), store };
};

const createTable = new CreateTableCommand({
  TableName,
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: ["pk", "deadShard"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  GlobalSecondaryIndexes: [
    {
      IndexName: "sparse",
      KeySchema: [{ AttributeName: "deadShard", KeyType: "HASH" }],
      Projection: { ProjectionType: "ALL" },
    },
  ],
});

/** Lets one more write of a kind through; those after it never come to an end, as if the process had died. */
const dieAfterOneWrite = (store: DynaliteStore, kind: "item" | "table"): Promise<void> => {
  const written = Promise.withResolvers<void>();
  const db = store.db as DynaliteStore["db"] &
    Record<"put" | "del" | "batch", (...options: readonly unknown[]) => void>;
  let isDead = false;
  for (const name of ["put", "del", "batch"] as const) {
    const write = db[name].bind(db) as (...options: readonly unknown[]) => void;
    db[name] = (...options: readonly unknown[]) => {
      const isOfTable = String(options[0]).startsWith("table~");
      if (isOfTable !== (kind === "table")) return write(...options);
      if (isDead) return;
      isDead = true;
      write(...options.slice(0, -1), () => written.resolve());
    };
  }
  return written.promise;
};

const itemsOf = async (
  dynamoDb: DynamoDBClient,
  IndexName?: string,
): Promise<readonly Record<string, AttributeValue>[]> =>
  (await dynamoDb.send(new ScanCommand({ TableName, IndexName }))).Items ?? [];

const update = (UpdateExpression: string, shard?: string): UpdateItemCommand =>
  new UpdateItemCommand({
    TableName,
    Key,
    UpdateExpression,
    ...(shard === undefined ? {} : { ExpressionAttributeValues: { ":shard": { S: shard } } }),
  });

const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item } }] } });

type Send = (to: DynamoDBClient) => Promise<unknown>;

describe("a death between two writes", () => {
  it.each<{ what: string; before: readonly (typeof Item)[]; left: readonly string[]; send: Send }>([
    {
      what: "puts a new item",
      before: [],
      left: ["1"],
      send: (to) => to.send(new PutItemCommand({ TableName, Item })),
    },
    { what: "puts items in a batch", before: [], left: ["1"], send: (to) => to.send(batch) },
    {
      what: "moves an item",
      before: [Item],
      left: ["2"],
      send: (to) => to.send(update("SET deadShard = :shard", "2")),
    },
    {
      what: "takes an item out of the index",
      before: [Item],
      left: [],
      send: (to) => to.send(update("REMOVE deadShard")),
    },
    {
      what: "deletes an item",
      before: [Item],
      left: [],
      send: (to) => to.send(new DeleteItemCommand({ TableName, Key })),
    },
  ])("leaves index and table agreed, when it $what", async ({ before, send, left }) => {
    const { dynamoDb, store } = await start();
    await dynamoDb.send(createTable);
    for (const item of before) await dynamoDb.send(new PutItemCommand({ TableName, Item: item }));

    await Promise.race([dieAfterOneWrite(store, "item"), send(dynamoDb)]);

    const index = await itemsOf(dynamoDb, "sparse");
    expect(index.map(({ deadShard }) => deadShard?.S)).toEqual(left);
    expect((await itemsOf(dynamoDb)).filter(({ deadShard }) => deadShard !== undefined)).toEqual(index);
  });

  it("leaves a table that can be used", async () => {
    const { dynamoDb, store } = await start();

    await Promise.race([dieAfterOneWrite(store, "table"), dynamoDb.send(createTable)]);

    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ TableStatus: "ACTIVE", GlobalSecondaryIndexes: [{ IndexStatus: "ACTIVE" }] });
  });
});
