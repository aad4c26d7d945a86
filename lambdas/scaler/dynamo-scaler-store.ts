import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { SCALER_LEASE, SCALER_STATE, SCALING_KEY } from "../../lib/core/keys.ts";
import type { AccountSeen } from "../../lib/core/scaling/queue-scaling.ts";
import { manualControlsOf } from "../shared/manual-control-item.ts";
import { type Item, json, number, text } from "../shared/record-item.ts";
import type { KeptQueues, Lease, ScalerState, ScalerStore } from "./scaler.ts";

type Update = Omit<UpdateItemCommandInput, "TableName" | "Key">;

/** Keeps lease and state in DynamoDB, in one partition with what people set by hand: one call reads it all. */
export const dynamoScalerStore = (client: DynamoDBClient, tableName: string): ScalerStore => {
  /** @returns false if the condition does not hold */
  const update = async (sortKey: string, changes: Update, abortSignal: AbortSignal): Promise<boolean> => {
    const Key = { pk: text(SCALING_KEY), sk: text(sortKey) };
    try {
      await client.send(new UpdateItemCommand({ TableName: tableName, Key, ...changes }), { abortSignal });
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    // One page holds it all: a state takes some hundred bytes a queue.
    read: async (abortSignal) => {
      const query = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": text(SCALING_KEY) },
        ConsistentRead: true,
      });
      const { Items: items = [] } = await client.send(query, { abortSignal });
      const bySortKey = new Map(items.map((item) => [item.sk?.S ?? "", item]));
      return {
        lease: leaseOf(bySortKey.get(SCALER_LEASE)),
        state: stateOf(bySortKey.get(SCALER_STATE)),
        manual: manualControlsOf(items),
      };
    },

    takeLease: (lease, { nowMs, mayTakeOver }, signal) => {
      const isFree = "attribute_not_exists(pk) OR untilMs <= :now OR holder = :holder";
      return update(
        SCALER_LEASE,
        {
          UpdateExpression: "SET holder = :holder, untilMs = :until, yieldsAtMs = :yields",
          ConditionExpression: mayTakeOver ? `${isFree} OR yieldsAtMs <= :now` : isFree,
          ExpressionAttributeValues: {
            ":holder": text(lease.holder),
            ":until": number(lease.untilMs),
            ":yields": number(lease.yieldsAtMs),
            ":now": number(nowMs),
          },
        },
        signal,
      );
    },

    giveBackLease: async (holder, signal) => {
      await update(
        SCALER_LEASE,
        {
          UpdateExpression: "SET untilMs = :past",
          ConditionExpression: "holder = :holder",
          ExpressionAttributeValues: { ":holder": text(holder), ":past": number(0) },
        },
        signal,
      );
    },

    writeState: ({ version, decidedAtMs, queues, account }, writer, signal) =>
      update(
        SCALER_STATE,
        {
          UpdateExpression:
            "SET #version = :version, writer = :writer, #state = :state, account = :account, decidedAt = :decidedAt",
          // A writer whose answer was lost sends the same again.
          ConditionExpression: `${version === 1 ? "attribute_not_exists(pk)" : "#version = :before"} OR (#version = :version AND writer = :writer)`,
          ExpressionAttributeNames: { "#version": "version", "#state": "state" },
          ExpressionAttributeValues: {
            ":version": number(version),
            ...(version === 1 ? {} : { ":before": number(version - 1) }),
            ":writer": text(writer),
            ":state": json(queues),
            ":account": json(account ?? null),
            ":decidedAt": text(new Date(decidedAtMs).toISOString()),
          },
        },
        signal,
      ),
  };
};

const leaseOf = (item: Item | undefined): Lease | undefined =>
  item && { holder: item.holder?.S ?? "", untilMs: numberOf(item.untilMs), yieldsAtMs: numberOf(item.yieldsAtMs) };

const stateOf = (item: Item | undefined): ScalerState | undefined =>
  item && {
    version: numberOf(item.version),
    decidedAtMs: Date.parse(item.decidedAt?.S ?? ""),
    queues: JSON.parse(item.state?.S ?? "{}") as KeptQueues,
    account: (JSON.parse(item.account?.S ?? "null") ?? undefined) as AccountSeen | undefined,
  };

const numberOf = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);
