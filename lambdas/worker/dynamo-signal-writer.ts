import { type AttributeValue, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { EXPIRES_AT, SIGNAL_SHARDS, SIGNALS_EXPIRE_SECONDS, signalKey } from "../../lib/core/keys.ts";
import { signalWindowAt } from "../../lib/core/signals.ts";
import type { Dice } from "../shared/ports.ts";
import { number, text } from "../shared/record-item.ts";
import type { SignalWriter } from "./signal-writer.ts";

/** Adds to one of a window's shards in DynamoDB, drawn anew for each write, so that no item takes the writes of all. */
export const dynamoSignalWriter = (
  client: DynamoDBClient,
  tableName: string,
  { jobType, dice }: { readonly jobType: string; readonly dice: Dice },
): SignalWriter => ({
  add: async (counts, nowMs, signal) => {
    const windowStartMs = signalWindowAt(nowMs);
    const { pk, sk } = signalKey(jobType, Math.floor(dice.fraction() * SIGNAL_SHARDS), windowStartMs);
    const added = Object.entries(counts).filter(([, count]) => count !== 0);
    const values: Record<string, AttributeValue> = Object.fromEntries(
      added.map(([name, count]) => [`:${name}`, number(count)]),
    );
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: { pk: text(pk), sk: text(sk) },
      UpdateExpression: `ADD ${added.map(([name]) => `#${name} :${name}`).join(", ")} SET #expires = :expires`,
      ExpressionAttributeNames: {
        ...Object.fromEntries(added.map(([name]) => [`#${name}`, name])),
        "#expires": EXPIRES_AT,
      },
      ExpressionAttributeValues: {
        ...values,
        // The same for all writes of a window.
        ":expires": number(windowStartMs / 1_000 + SIGNALS_EXPIRE_SECONDS),
      },
    });
    await client.send(command, { abortSignal: signal });
  },
});
