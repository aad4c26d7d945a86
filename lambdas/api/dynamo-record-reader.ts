import { type AttributeValue, type DynamoDBClient, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { deadShards, jobKey } from "../../lib/core/keys.ts";
import { recordOf, text } from "../shared/record-item.ts";
import { DEAD_COUNT_CAP, type RecordReader } from "./api.ts";
import { deadShardQuery } from "./dead-shard-query.ts";
import { mergeShards, type ShardPage } from "./merge-shards.ts";

/** Jobs of a shard that one call looks at where a filter may pass over many. */
const FILTERED_AT_ONCE = 500;

/** Reads records from DynamoDB. */
export const dynamoRecordReader = (client: DynamoDBClient, tableName: string): RecordReader => {
  const countShard = async (shard: string): Promise<number> => {
    const query = deadShardQuery(tableName, shard);
    if (query === undefined) return 0;
    let count = 0;
    let from: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(new QueryCommand({ ...query, Select: "COUNT", ExclusiveStartKey: from }));
      count += page.Count ?? 0;
      from = page.LastEvaluatedKey;
    } while (from !== undefined && count < DEAD_COUNT_CAP);
    return count;
  };

  return {
    read: async (id, { isConsistent }) => {
      const { pk, sk } = jobKey(id);
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: { pk: text(pk), sk: text(sk) }, ConsistentRead: isConsistent }),
      );
      return item === undefined ? undefined : recordOf(item);
    },

    // Every shard looks at two more than asked for: the cursor's own job, and one that tells of another page.
    listDead: async ({ types, limit, ...filter }) => {
      const Limit = filter.fingerprint === undefined ? limit + 2 : Math.max(limit + 2, FILTERED_AT_ONCE);
      const readShard = async (shard: string): Promise<ShardPage> => {
        const query = deadShardQuery(tableName, shard, filter);
        if (query === undefined) return { items: [], lastKey: undefined };
        const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand({ ...query, Limit }));
        return { items: Items, lastKey: LastEvaluatedKey };
      };
      const pages = await Promise.all(types.flatMap(deadShards).map(readShard));
      const { items, next } = mergeShards(pages, limit, filter.cursor);
      return { jobs: items.flatMap((item) => recordOf(item) ?? []), next };
    },

    countDead: async (type) => {
      const counts = await Promise.all(deadShards(type).map(countShard));
      return Math.min(
        DEAD_COUNT_CAP,
        counts.reduce((sum, count) => sum + count, 0),
      );
    },
  };
};
