import { type DynamoDBClient, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { DEAD_INDEX, deadShards, jobKey } from "../../lib/core/keys.ts";
import { type Item, recordOf, text } from "../shared/record-item.ts";
import { DEAD_COUNT_CAP, type RecordReader } from "./api.ts";

/** Reads records from DynamoDB. */
export const dynamoRecordReader = (client: DynamoDBClient, tableName: string): RecordReader => {
  const shardQuery = (shard: string) => ({
    TableName: tableName,
    IndexName: DEAD_INDEX.name,
    KeyConditionExpression: "#shard = :shard",
    ExpressionAttributeNames: { "#shard": DEAD_INDEX.partitionKey },
    ExpressionAttributeValues: { ":shard": text(shard) },
  });

  const newestOf = async (shard: string, limit: number, before: string | undefined): Promise<readonly Item[]> => {
    const query = shardQuery(shard);
    const bounded =
      before === undefined
        ? query
        : {
            ...query,
            KeyConditionExpression: `${query.KeyConditionExpression} AND #at < :before`,
            ExpressionAttributeNames: { ...query.ExpressionAttributeNames, "#at": DEAD_INDEX.sortKey },
            ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ":before": text(before) },
          };
    const { Items = [] } = await client.send(new QueryCommand({ ...bounded, ScanIndexForward: false, Limit: limit }));
    return Items;
  };

  const countShard = async (shard: string): Promise<number> => {
    let count = 0;
    let from: Record<string, Item[string]> | undefined;
    do {
      const page = await client.send(
        new QueryCommand({ ...shardQuery(shard), Select: "COUNT", ExclusiveStartKey: from }),
      );
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

    // Every shard gives its newest, and one more tells whether there is another page.
    listDead: async (types, limit, before) => {
      const shards = types.flatMap(deadShards);
      const pages = await Promise.all(shards.map((shard) => newestOf(shard, limit + 1, before)));
      const newest = pages.flat().sort((one, other) => (sortKeyOf(one) > sortKeyOf(other) ? -1 : 1));
      const page = newest.slice(0, limit);
      const jobs = page.flatMap((item) => recordOf(item) ?? []);
      const last = page.at(-1);
      return { jobs, next: newest.length > limit && last !== undefined ? sortKeyOf(last) : undefined };
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

const sortKeyOf = (item: Item): string => item[DEAD_INDEX.sortKey]?.S ?? "";
