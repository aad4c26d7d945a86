import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { manualControlKey, SCALER_STATE, SCALING_KEY } from "../../lib/core/keys.ts";
import type { QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";
import { manualControlsOf } from "../shared/manual-control-item.ts";
import { type Item, text } from "../shared/record-item.ts";
import type { ScalingStore } from "./api.ts";

/** Keeps what is set by hand next to the scaler's state, in one partition of the table. */
export const dynamoScalingStore = (client: DynamoDBClient, tableName: string): ScalingStore => {
  const keyOf = (type: string): { readonly TableName: string; readonly Key: Record<string, AttributeValue> } => ({
    TableName: tableName,
    Key: { pk: text(SCALING_KEY), sk: text(manualControlKey(type)) },
  });

  const query = async (): Promise<readonly Item[]> => {
    const { Items: items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": text(SCALING_KEY) },
        ConsistentRead: true,
      }),
    );
    return items;
  };

  return {
    read: async () => {
      const items = await query();
      const state = items.find(({ sk }) => sk?.S === SCALER_STATE);
      return {
        decisions: state === undefined ? {} : decisionsOf(state),
        decidedAt: state?.decidedAt?.S,
        manual: manualControlsOf(items),
      };
    },

    setManual: async (type, control) => {
      const isPause = control.kind === "pause";
      const values = { ":kind": text(control.kind), ":since": { N: String(control.sinceMs) } };
      try {
        await client.send(
          new UpdateItemCommand({
            ...keyOf(type),
            UpdateExpression: isPause
              ? "SET kind = :kind, sinceMs = :since REMOVE #limit"
              : "SET kind = :kind, sinceMs = :since, #limit = :limit",
            // A pause goes on: since when, the alarm for a forgotten one needs to know.
            ...(isPause ? { ConditionExpression: "attribute_not_exists(kind) OR kind <> :kind" } : {}),
            ExpressionAttributeNames: { "#limit": "limit" },
            ExpressionAttributeValues: isPause ? values : { ...values, ":limit": { N: String(control.limit) } },
          }),
        );
        return control;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return manualControlsOf(await query())[type] ?? control;
      }
    },

    lift: async (type) => {
      await client.send(
        new UpdateItemCommand({
          ...keyOf(type),
          UpdateExpression: "REMOVE kind, sinceMs, #limit",
          ExpressionAttributeNames: { "#limit": "limit" },
        }),
      );
    },
  };
};

const decisionsOf = ({ state }: Item): Readonly<Record<string, QueueDecision>> => {
  const kept = JSON.parse(state?.S ?? "{}") as Readonly<Record<string, { readonly decision: QueueDecision }>>;
  return Object.fromEntries(Object.entries(kept).map(([type, { decision }]) => [type, decision]));
};
