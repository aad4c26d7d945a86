import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import type { Envelope } from "../../lib/core/envelope.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import { jobKey } from "../../lib/core/keys.ts";
import { number, recordOf, text } from "../shared/record-item.ts";
import { claimedAfter, refusedBy } from "./claimed.ts";
import type { Claim, Claimed, Lease, RecordStore, Settled } from "./record-store.ts";
import { aloneUpdate, claimUpdate, redriveUpdate, settleUpdate, type Update } from "./record-updates.ts";

/** Keeps records in DynamoDB: one write to claim, one to settle, and a read only where one of them is refused. */
export const dynamoRecordStore = (
  client: DynamoDBClient,
  tableName: string,
  recordRetentionDays: number,
): RecordStore => {
  const expiry = (nowMs: number): AttributeValue => number(Math.floor(nowMs / 1_000) + recordRetentionDays * 86_400);

  const read = async (id: string, isConsistent: boolean): Promise<JobRecord | undefined> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: isConsistent }),
    );
    return item === undefined ? undefined : recordOf(item);
  };

  /** Writes, or returns the record that refused the write. */
  const write = async (
    id: string,
    update: Update,
    returned: Pick<UpdateItemCommandInput, "ReturnValues" | "ReturnValuesOnConditionCheckFailure">,
  ): Promise<{ readonly before: JobRecord | undefined } | { readonly refusedBy: JobRecord | undefined }> => {
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({ TableName: tableName, Key: keyOf(id), ...update, ...returned }),
      );
      return { before: Attributes === undefined ? undefined : recordOf(Attributes) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Some emulators leave the item out of the exception.
      return { refusedBy: error.Item === undefined ? await read(id, true) : recordOf(error.Item) };
    }
  };

  const claimWith = async (
    envelope: Envelope,
    lease: Lease,
    update: Update,
  ): Promise<{ readonly claim: Claim; readonly record?: JobRecord | undefined }> => {
    const written = await write(envelope.id, update, {
      ReturnValues: "ALL_OLD",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    if ("before" in written) return { claim: claimedAfter(envelope, lease.holder, written.before) };
    return { claim: refusedBy(envelope, lease, written.refusedBy), record: written.refusedBy };
  };

  const claim: RecordStore["claim"] = async (envelope, lease) => {
    const expiresAt = expiry(lease.nowMs);
    const { redrive } = envelope;
    const first = await claimWith(envelope, lease, claimUpdate(envelope, lease, expiresAt));
    if (redrive === undefined || first.record?.status !== "dead") return first.claim;
    return (await claimWith(envelope, lease, redriveUpdate(envelope, redrive, lease, expiresAt))).claim;
  };

  /** A write of the lease's holder; refused, it may still be the one whose answer was lost. */
  const writeHeld = async (held: Claimed, update: Update, isDone: (record: JobRecord) => boolean): Promise<Settled> => {
    const written = await write(held.envelope.id, update, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    if ("before" in written) return "settled";
    const record = written.refusedBy;
    const isOwn = record !== undefined && record.holder === held.holder && record.claims === held.fence;
    return isOwn && isDone(record) ? "settled" : "superseded";
  };

  return {
    claim,
    markAlone: (held) => writeHeld(held, aloneUpdate(held), ({ aloneClaim }) => aloneClaim === held.fence),
    settle: (held, nowMs, settlement) =>
      writeHeld(
        held,
        settleUpdate(held, nowMs, settlement, expiry(nowMs)),
        ({ status }) => status === settlement.status,
      ),
    isCancelRequested: async (id) => (await read(id, false))?.cancelRequestedAt !== undefined,
  };
};

const keyOf = (id: string): Record<string, AttributeValue> => {
  const { pk, sk } = jobKey(id);
  return { pk: text(pk), sk: text(sk) };
};
