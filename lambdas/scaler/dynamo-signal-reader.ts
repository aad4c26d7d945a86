import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { SIGNAL_SHARDS, signalKey } from "../../lib/core/keys.ts";
import { addSignals, NO_SIGNALS, type SignalCounts, signalWindowAt } from "../../lib/core/signals.ts";
import { type Item, text } from "../shared/record-item.ts";
import type { SignalReader } from "./scaler.ts";

const FIELDS = Object.keys(NO_SIGNALS) as readonly (keyof SignalCounts)[];

/** Reads signals from DynamoDB: one call for each shard, and what the shards say of a window added up. */
export const dynamoSignalReader = (client: DynamoDBClient, tableName: string): SignalReader => ({
  read: async (type, sinceMs, abortSignal) => {
    const firstMs = signalWindowAt(sinceMs);
    // One page holds half an hour of windows many times over.
    const readShard = async (shard: number): Promise<readonly Item[]> => {
      const { pk, sk } = signalKey(type, shard, firstMs);
      const query = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: "pk = :pk AND sk >= :first",
        ExpressionAttributeValues: { ":pk": text(pk), ":first": text(sk) },
      });
      return (await client.send(query, { abortSignal })).Items ?? [];
    };
    const shards = await Promise.all(Array.from({ length: SIGNAL_SHARDS }, (_, shard) => readShard(shard)));
    const windows = new Map<number, SignalCounts>();
    for (const item of shards.flat()) {
      const startMs = Number(item.sk?.S);
      windows.set(startMs, addSignals(windows.get(startMs) ?? NO_SIGNALS, countsOf(item)));
    }
    return [...windows].sort(([one], [other]) => one - other).map(([startMs, counts]) => ({ startMs, counts }));
  },
});

const countsOf = (item: Item): SignalCounts =>
  Object.fromEntries(FIELDS.map((field) => [field, Number(item[field]?.N ?? 0)])) as SignalCounts;
