import type { RequestListener } from "node:http";
import { damaged } from "../data/data-folder.ts";
import { answerByDynalite } from "./answer-by-dynalite.ts";
import { readDirectly } from "./direct-reads.ts";
import { type DynaliteStore, dynaliteDatabase, type Level, newDynalite } from "./dynalite-store.ts";
import { writeWhole } from "./whole-writes.ts";

/** The operations of DynamoDB that dynalite answers. */
export const DYNAMODB_OPERATIONS: readonly string[] = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
];

export type DynamoDb = {
  readonly listener: RequestListener;
  /** Counts the items of all tables; it reads all keys. */
  countItems(): Promise<number>;
  close(): Promise<void>;
};

const KEYS_AT_ONCE = 1_000;

/**
 * Opens DynamoDB; tables are usable as soon as they are created.
 *
 * @param folder where tables are kept; in memory where there is none
 * @throws DataFolderDamaged
 */
export const openDynamoDb = async (folder?: string): Promise<DynamoDb> => {
  const database = dynaliteDatabase();
  const atOnce = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const { server, store } = newDynalite(database, folder === undefined ? atOnce : { ...atOnce, path: folder });
  readDirectly(store);
  writeWhole(database, store);
  await open(store.db, folder);
  await finishDeletions(store.db);
  return {
    listener: answerByDynalite(server),
    countItems: () => countKeys(store),
    close: () => store.lifecycleManager.gracefulClose(),
  };
};

const open = async (db: Level, folder: string | undefined): Promise<void> => {
  try {
    await db.open();
  } catch (error) {
    // LevelDB says what it found in the cause.
    throw damaged(folder ?? "", error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
};

/** A table that was being deleted when the run was killed would stay so for ever. */
const finishDeletions = async (db: Level): Promise<void> => {
  for (const { TableName: name, TableStatus } of await db.values(rangeOf("table~")).all()) {
    if (TableStatus !== "DELETING") continue;
    for (const prefix of [`item-${name}~`, `index-local~${name}~`, `index-global~${name}~`, `tag-${name}~`]) {
      await db.clear(rangeOf(prefix));
    }
    await db.clear({ gte: `table~${name}`, lt: `table~${name}\0` });
  }
};

const countKeys = async ({ db }: DynaliteStore): Promise<number> => {
  const iterator = db.keys(rangeOf("item-"));
  let count = 0;
  for (;;) {
    const keys = await iterator.nextv(KEYS_AT_ONCE);
    if (keys.length === 0) break;
    count += keys.length;
  }
  await iterator.close();
  return count;
};

/** All keys that begin with a prefix; they are ASCII. */
const rangeOf = (prefix: string): { readonly gte: string; readonly lt: string } => ({
  gte: prefix,
  lt: `${prefix}\xFF`,
});
