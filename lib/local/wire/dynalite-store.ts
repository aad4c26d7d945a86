import { createRequire } from "node:module";
import dynalite from "dynalite";

/** What dynalite keeps a table as, as far as this runtime looks at it. */
export type StoredTable = {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly LocalSecondaryIndexes?: readonly StoredIndex[];
  readonly GlobalSecondaryIndexes?: readonly StoredIndex[];
};

type StoredIndex = { readonly IndexStatus?: string };
type Item = Readonly<Record<string, object>>;
type Done = (error?: unknown) => void;

export type Write =
  | { readonly type: "put"; readonly key: string; readonly value: object }
  | { readonly type: "del"; readonly key: string };

type Range = { readonly gte: string; readonly lt: string };

/** The LevelDB that holds everything, under keys with prefixes. */
export type Level = {
  open(): Promise<void>;
  get(key: string, done: (error: unknown, value?: unknown) => void): void;
  /** @throws where it is not open */
  getSync(key: string): unknown;
  batch(writes: readonly Write[], done: Done): void;
  clear(range: Range): Promise<void>;
  keys(range: Range): { nextv(size: number): Promise<readonly string[]>; close(): Promise<void> };
  values(range: Range): { all(): Promise<readonly StoredTable[]> };
};

type PrefixedLevel = {
  put(key: string, value: object, done: Done): void;
  del(key: string, done: Done): void;
};

/** dynalite's own store, behind its server. */
export type DynaliteStore = {
  readonly db: Level;
  readonly tableDb: PrefixedLevel;
  readonly lifecycleManager: { gracefulClose(): Promise<void> };
  getItemDb(tableName: string): PrefixedLevel;
};

/** The module that dynalite's operations work with. */
export type DynaliteDatabase = {
  create(options: object): DynaliteStore;
  createKey(item: Item, table: StoredTable): string;
  getIndexActions(
    indexes: readonly StoredIndex[],
    existing: Item | undefined,
    item: Item | undefined,
    table: StoredTable,
  ): {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: object }[];
    readonly deletes: readonly { readonly index: string; readonly key: string }[];
  };
  updateIndexes(
    store: DynaliteStore,
    table: StoredTable,
    existing: Item | undefined,
    item: Item | undefined,
    done: Done,
  ): void;
};

/** dynalite exports its server alone; the rest is loaded from beside it, where its operations find it too. */
export const dynaliteDatabase = (): DynaliteDatabase => {
  const load = createRequire(import.meta.resolve("dynalite"));
  return load("./db/index.js") as DynaliteDatabase;
};

type Dynalite = { readonly server: ReturnType<typeof dynalite>; readonly store: DynaliteStore };

/** Makes dynalite's server, with the store that it keeps to itself. */
export const newDynalite = (database: DynaliteDatabase, options: Parameters<typeof dynalite>[0]): Dynalite => {
  const { create } = database;
  let store: DynaliteStore | undefined;
  database.create = (given) => {
    store = create(given);
    return store;
  };
  const server = dynalite(options);
  database.create = create;
  if (store === undefined) throw new Error("dynalite must make its store by db.create: this version does not");
  return { server, store };
};
