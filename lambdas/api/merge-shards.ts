import { DEAD_INDEX } from "../../lib/core/keys.ts";
import type { Item } from "../shared/record-item.ts";

/** What one shard of the index gave, newest first, and how far it has been looked at; undefined if to its end. */
export type ShardPage = { readonly items: readonly Item[]; readonly lastKey: Item | undefined };

/**
 * Merges shards into one page, newest first, of at most `limit` items that come after the cursor.
 *
 * Only what is newer than the place up to which every shard has been looked at is certain to be in order: the next
 * page begins there, or after this one's last item.
 */
export const mergeShards = (
  pages: readonly ShardPage[],
  limit: number,
  cursor: string | undefined,
): { readonly items: readonly Item[]; readonly next: string | undefined } => {
  const horizon =
    pages
      .map(({ lastKey }) => (lastKey === undefined ? "" : placeOf(lastKey)))
      .sort()
      .at(-1) ?? "";
  const newest = pages
    .flatMap(({ items }) => items)
    .filter((item) => placeOf(item) >= horizon && placeOf(item) !== cursor)
    .sort((one, other) => (placeOf(one) > placeOf(other) ? -1 : 1));
  const items = newest.slice(0, limit);
  const last = items.at(-1);
  if (newest.length > limit && last !== undefined) return { items, next: placeOf(last) };
  return { items, next: horizon === "" ? undefined : horizon };
};

const placeOf = (item: Item): string => item[DEAD_INDEX.sortKey]?.S ?? "";
