import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Envelope } from "../../lib/core/envelope.ts";
import { isFinished, type JobRecord } from "../../lib/core/job.ts";
import { deadShard, EXPIRES_AT, jobKey } from "../../lib/core/keys.ts";
import { errorMap, type Item, json, number, recordOf, text } from "../shared/record-item.ts";
import type { Claim, Claimed, RecordStore, Settlement } from "./record-store.ts";

/** Clocks of two environments may differ by this much without a retry being put back. */
const CLOCK_SKEW_MS = 1_000;

/** A record in a final state has no `heldUntilMs`, and what is not there compares as false. */
const CLAIM_CONDITION = "attribute_not_exists(pk) OR heldUntilMs < :now";

/** Keeps records in DynamoDB: one write to claim, one to settle, and a read only where a claim is refused. */
export const dynamoRecordStore = (
  client: DynamoDBClient,
  tableName: string,
  recordRetentionDays: number,
): RecordStore => {
  const keyOf = (id: string): Record<string, AttributeValue> => {
    const { pk, sk } = jobKey(id);
    return { pk: text(pk), sk: text(sk) };
  };
  const expiry = (nowMs: number): AttributeValue => number(Math.floor(nowMs / 1_000) + recordRetentionDays * 86_400);

  const claim: RecordStore["claim"] = async (envelope, nowMs, leaseUntilMs) => {
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(envelope.id),
          ...claimUpdate(envelope, nowMs, leaseUntilMs, expiry(nowMs)),
          ReturnValues: "ALL_OLD",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      return claimed(envelope, Attributes === undefined ? undefined : recordOf(Attributes));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return refused(error.Item ?? (await read(envelope.id)), nowMs);
    }
  };

  // Some emulators leave the item out of the exception.
  const read = async (id: string): Promise<Item | undefined> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }),
    );
    return item;
  };

  const settle: RecordStore["settle"] = async (held, nowMs, settlement) => {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: keyOf(held.envelope.id),
          ...settleUpdate(held, nowMs, settlement, expiry(nowMs)),
        }),
      );
      return "settled";
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return "superseded";
      throw error;
    }
  };

  return { claim, settle };
};

const claimed = (envelope: Envelope, before: JobRecord | undefined): Claimed => ({
  kind: "claimed",
  envelope,
  attempt: (before?.attempts ?? 0) + 1,
  fence: (before?.claims ?? 0) + 1,
  history: before?.history ?? [],
  lostAttemptStartedAt: before?.status === "running" ? before.startedAt : undefined,
});

const refused = (item: Item | undefined, nowMs: number): Claim => {
  const record = item === undefined ? undefined : recordOf(item);
  if (record === undefined) return { kind: "not-yet", untilMs: nowMs };
  if (isFinished(record.status)) return { kind: "finished", status: record.status };
  return { kind: "not-yet", untilMs: record.heldUntilMs ?? nowMs };
};

type Update = {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
};

const claimUpdate = (envelope: Envelope, nowMs: number, leaseUntilMs: number, expiresAt: AttributeValue): Update => {
  const optional = {
    ...(envelope.tenant === undefined ? {} : { tenant: text(envelope.tenant) }),
    ...(envelope.inputDigest === undefined ? {} : { inputDigest: text(envelope.inputDigest) }),
  };
  const set = assignments({
    status: text("running"),
    type: text(envelope.type),
    submittedAt: text(envelope.submittedAt),
    startedAt: text(new Date(nowMs).toISOString()),
    heldUntilMs: number(leaseUntilMs),
    [EXPIRES_AT]: expiresAt,
    ...optional,
  });
  const counted = "attempts = if_not_exists(attempts, :zero) + :one, claims = if_not_exists(claims, :zero) + :one";
  return {
    UpdateExpression: `SET ${set.expression}, ${counted}`,
    ConditionExpression: CLAIM_CONDITION,
    ExpressionAttributeNames: set.names,
    ExpressionAttributeValues: {
      ...set.values,
      ":zero": number(0),
      ":one": number(1),
      ":now": number(nowMs),
    },
  };
};

const settleUpdate = (held: Claimed, nowMs: number, settlement: Settlement, expiresAt: AttributeValue): Update => {
  const set = assignments({
    status: text(settlement.status),
    attempts: number(settlement.attempts),
    [EXPIRES_AT]: expiresAt,
    ...(settlement.history.length === 0 ? {} : { history: json(settlement.history) }),
    ...leftWith(held, new Date(nowMs).toISOString(), settlement),
  });
  const removed = REMOVED[settlement.status];
  return {
    UpdateExpression: `SET ${set.expression}${removed === undefined ? "" : ` REMOVE ${removed}`}`,
    ConditionExpression: "claims = :fence AND #status = :held",
    ExpressionAttributeNames: settlement.status === "succeeded" ? { ...set.names, "#error": "error" } : set.names,
    ExpressionAttributeValues: { ...set.values, ":held": text("running"), ":fence": number(held.fence) },
  };
};

/** An error of an earlier attempt is history once the job succeeds. */
const REMOVED = { succeeded: "heldUntilMs, #error", dead: "heldUntilMs", retrying: undefined } as const;

const leftWith = (held: Claimed, now: string, settlement: Settlement): Record<string, AttributeValue> => {
  const { id, type, input } = held.envelope;
  if (settlement.status === "retrying") {
    return { error: errorMap(settlement.error), heldUntilMs: number(settlement.notBeforeMs - CLOCK_SKEW_MS) };
  }
  if (settlement.status === "dead") {
    return {
      error: errorMap(settlement.error),
      finishedAt: text(now),
      input: json(input),
      deadShard: text(deadShard(type, id)),
      deadAt: text(`${now}#${id}`),
    };
  }
  const result: Record<string, AttributeValue> =
    settlement.result === undefined ? {} : { result: json(settlement.result) };
  return { finishedAt: text(now), ...result };
};

const assignments = (
  fields: Readonly<Record<string, AttributeValue>>,
): { expression: string; names: Record<string, string>; values: Record<string, AttributeValue> } => {
  const names = Object.keys(fields);
  return {
    expression: names.map((name) => `#${name} = :${name}`).join(", "),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
  };
};
