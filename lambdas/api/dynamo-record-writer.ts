import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { EXPIRES_AT, jobKey } from "../../lib/core/keys.ts";
import { number, text } from "../shared/record-item.ts";
import type { RecordWriter, SeenJob } from "./api.ts";

type Update = Pick<UpdateItemCommandInput, "UpdateExpression" | "ConditionExpression"> & {
  readonly values: Readonly<Record<string, AttributeValue>>;
};

/** Writes records to DynamoDB: each write is one, and conditional on what was seen. */
export const dynamoRecordWriter = (
  client: DynamoDBClient,
  tableName: string,
  recordRetentionDays: number,
): RecordWriter => {
  const expiry = (nowMs: number): AttributeValue => number(Math.floor(nowMs / 1_000) + recordRetentionDays * 86_400);

  const write = async (id: string, { values, ...update }: Update): Promise<boolean> => {
    const { pk, sk } = jobKey(id);
    const names = `${update.UpdateExpression} ${update.ConditionExpression}`.matchAll(/#(\w+)/g);
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: text(pk), sk: text(sk) },
          ...update,
          ExpressionAttributeNames: Object.fromEntries([...names].map(([token, name = ""]) => [token, name])),
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  return {
    cancel: (seen, nowMs) => {
      if (seen.status === "queued") return write(seen.id, creation(seen, nowMs, expiry(nowMs)));
      if (seen.status === "running") return write(seen.id, requestOf(nowMs));
      return write(seen.id, endOf(seen, nowMs, expiry(nowMs)));
    },

    // The record must outlive the message that the redrive is.
    markRedrive: ({ id, redrives }, redrive, nowMs) => {
      const isUnchanged = redrives === undefined ? "attribute_not_exists(#redrives)" : "#redrives = :redrives";
      return write(id, {
        UpdateExpression: `SET #redriveRequested = :redrive, #${EXPIRES_AT} = :expiresAt`,
        ConditionExpression: `#status = :dead AND ${isUnchanged}`,
        values: {
          ":redrive": number(redrive),
          ":expiresAt": expiry(nowMs),
          ":dead": text("dead"),
          ...(redrives === undefined ? {} : { ":redrives": number(redrives) }),
        },
      });
    },
  };
};

/** No worker has met the job: whichever comes first, this record or its claim, is the job's. */
const creation = ({ type, submittedAt }: SeenJob, nowMs: number, expiresAt: AttributeValue): Update => ({
  UpdateExpression: `SET #status = :cancelled, #type = :type, #submittedAt = :submittedAt, #finishedAt = :now, #attempts = :zero, #claims = :zero, #${EXPIRES_AT} = :expiresAt`,
  ConditionExpression: "attribute_not_exists(#pk)",
  values: {
    ":cancelled": text("cancelled"),
    ":type": text(type),
    ":submittedAt": text(submittedAt),
    ":now": text(new Date(nowMs).toISOString()),
    ":zero": number(0),
    ":expiresAt": expiresAt,
  },
});

/** The job runs: its worker looks for this, and so does the next claim, should the worker die. */
const requestOf = (nowMs: number): Update => ({
  UpdateExpression: "SET #cancelRequestedAt = if_not_exists(#cancelRequestedAt, :now)",
  ConditionExpression: "#status = :running",
  values: { ":now": text(new Date(nowMs).toISOString()), ":running": text("running") },
});

/** What only a job has that waits: for its backoff to end, or for a redrive. */
const OF_THE_WAITING = ["heldUntilMs", "deadShard", "deadAt", "input", "inputReference"];

/** No claim since the job was seen: by that it still waits, and for the same. */
const endOf = (seen: SeenJob, nowMs: number, expiresAt: AttributeValue): Update => ({
  UpdateExpression: `SET #status = :cancelled, #finishedAt = :now, #${EXPIRES_AT} = :expiresAt REMOVE ${OF_THE_WAITING.map((name) => `#${name}`).join(", ")}`,
  ConditionExpression: "#status = :seen AND #claims = :claims",
  values: {
    ":cancelled": text("cancelled"),
    ":now": text(new Date(nowMs).toISOString()),
    ":expiresAt": expiresAt,
    ":seen": text(seen.status),
    ":claims": number(seen.claims),
  },
});
