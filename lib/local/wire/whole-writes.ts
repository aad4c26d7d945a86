import type { DynaliteDatabase, DynaliteStore, StoredTable, Write } from "./dynalite-store.ts";

/**
 * Lets dynalite write an item and its entries in the indexes as one, and a table only when it can be used.
 *
 * By itself dynalite writes one after the other: a kill between two writes would leave an index that lists what its
 * table has not, or a table that is being created for ever.
 */
export const writeWhole = (database: DynaliteDatabase, store: DynaliteStore): void => {
  joinIndexWrites(database, store);
  const { tableDb } = store;
  const put = tableDb.put.bind(tableDb);
  tableDb.put = (name, table, done) => put(name, usable(table as StoredTable), done);
};

const joinIndexWrites = (database: DynaliteDatabase, store: DynaliteStore): void => {
  const { db } = store;
  /** Writes to indexes that wait for the write to their item, by its key; dynalite locks the item meanwhile. */
  const waiting = new Map<string, readonly Write[]>();
  const write = (key: string, last: Write, done: (error?: unknown) => void): void => {
    const first = waiting.get(key) ?? [];
    waiting.delete(key);
    db.batch([...first, last], done);
  };
  database.updateIndexes = (_store, table, existing, item, done) => {
    const either = item ?? existing;
    if (either !== undefined) {
      const key = keyOf(table.TableName, database.createKey(either, table));
      waiting.set(key, indexWrites(database, table, existing ?? undefined, item ?? undefined));
    }
    done();
  };
  const getItemDb = store.getItemDb.bind(store);
  store.getItemDb = (tableName) => ({
    ...getItemDb(tableName),
    put: (key, value, done) => {
      const full = keyOf(tableName, key);
      write(full, { type: "put", key: full, value }, done);
    },
    del: (key, done) => {
      const full = keyOf(tableName, key);
      write(full, { type: "del", key: full }, done);
    },
  });
};

/** Where dynalite keeps an item. */
const keyOf = (tableName: string, key: string): string => `item-${tableName}~${key}`;

const indexWrites = (
  database: DynaliteDatabase,
  table: StoredTable,
  existing: Parameters<DynaliteDatabase["getIndexActions"]>[1],
  item: Parameters<DynaliteDatabase["getIndexActions"]>[2],
): readonly Write[] =>
  (["Local", "Global"] as const).flatMap((kind) => {
    const indexes = table[`${kind}SecondaryIndexes`] ?? [];
    const { puts, deletes } = database.getIndexActions(indexes, existing, item, table);
    const prefix = `index-${kind.toLowerCase()}~${table.TableName}~`;
    return [
      ...deletes.map(({ index, key }): Write => ({ type: "del", key: `${prefix}${index}~${key}` })),
      ...puts.map(({ index, key, item: value }): Write => ({ type: "put", key: `${prefix}${index}~${key}`, value })),
    ];
  });

const usable = (table: StoredTable): StoredTable => {
  if (table.TableStatus === "DELETING") return table;
  const indexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: "ACTIVE" }));
  return { ...table, TableStatus: "ACTIVE", ...(indexes === undefined ? {} : { GlobalSecondaryIndexes: indexes }) };
};
