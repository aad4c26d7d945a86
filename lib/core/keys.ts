import { fnv1a64 } from "./fnv.ts";

/** The table's primary key: every item is one of the kinds below. */
export const PARTITION_KEY = "pk";
export const SORT_KEY = "sk";
/** Items are removed some time after this, in epoch seconds. */
export const EXPIRES_AT = "expiresAt";

/** The sparse index of dead jobs, newest last: only dead jobs carry its keys, so a job that succeeds never writes to it. */
export const DEAD_INDEX = { name: "dead", partitionKey: "deadShard", sortKey: "deadAt" } as const;

/** What the index shows of a dead job, next to the keys. */
export const DEAD_INDEX_ATTRIBUTES = [
  "type",
  "tenant",
  "status",
  "attempts",
  "submittedAt",
  "startedAt",
  "finishedAt",
  "error",
  "redrives",
  "redriveRequested",
] as const;

/** One partition takes 1,000 writes a second: four take what a new on-demand table takes. */
export const DEAD_SHARDS = 4;

/** Returns the key of a job's record. */
export const jobKey = (id: string): { readonly pk: string; readonly sk: string } => ({ pk: `job#${id}`, sk: "record" });

/** Returns the index partition of a dead job. */
export const deadShard = (type: string, id: string): string => `${type}#${fnv1a64(id) % BigInt(DEAD_SHARDS)}`;

/** Returns all index partitions of a job type. */
export const deadShards = (type: string): readonly string[] =>
  Array.from({ length: DEAD_SHARDS }, (_, shard) => `${type}#${shard}`);

/** Writes of one window go to this many items: at most one a second from each of 1,000 environments, 125 for each item. */
export const SIGNAL_SHARDS = 8;
/** How long a window is kept, in seconds: the policy looks back half an hour at most. */
export const SIGNALS_EXPIRE_SECONDS = 7_200;

/** What the partitions of all signals begin with. */
export const SIGNALS_KEY_PREFIX = "signals#";

/** Returns the key of a shard of one window of a job type. @param windowStartMs See `signalWindowAt` */
export const signalKey = (
  type: string,
  shard: number,
  windowStartMs: number,
): { readonly pk: string; readonly sk: string } => ({
  pk: `${SIGNALS_KEY_PREFIX}${type}#${shard}`,
  // Thirteen digits until the year 2286: they sort as text.
  sk: String(windowStartMs),
});

/** The partition of all that the scaler keeps. */
export const SCALING_KEY = "scaling";
export const SCALER_LEASE = "lease";
export const SCALER_STATE = "state";

/** Returns the sort key of what a person has set by hand for a job type. */
export const manualControlKey = (type: string): string => `manual#${type}`;
