import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Envelope } from "../../lib/core/envelope.ts";
import { deadShard, EXPIRES_AT } from "../../lib/core/keys.ts";
import { errorMap, json, number, text } from "../shared/record-item.ts";
import type { Claimed, Lease, Settlement } from "./record-store.ts";

/** An update of DynamoDB, without table and key. */
export type Update = {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, AttributeValue>;
};

type Fields = Readonly<Record<string, AttributeValue>>;

/** Clocks of two environments may differ by this much without a retry being put back. */
const CLOCK_SKEW_MS = 1_000;

/** A record in a final state has no `heldUntilMs`, and what is not there compares as false. */
const IS_FREE = "attribute_not_exists(pk) OR heldUntilMs < :now";

/** Only the latest holder of a lease writes to its record. */
const HOLDS = "claims = :fence AND #status = :held";

/** Takes a job that is new, whose backoff is over or whose lease has run out. A redrive only goes on with its own round. */
export const claimUpdate = (envelope: Envelope, lease: Lease, expiresAt: AttributeValue): Update => {
  const { redrive } = envelope;
  const set = assignments({ ...leaseFields(envelope, lease, expiresAt), ...redriveField(redrive) });
  const counted = "claims = if_not_exists(claims, :zero) + :one, claimedFrom = if_not_exists(#status, :queued)";
  return {
    UpdateExpression: `SET ${set.expression}, ${counted}`,
    ConditionExpression:
      redrive === undefined ? IS_FREE : "attribute_not_exists(pk) OR (heldUntilMs < :now AND redrives = :redrives)",
    ExpressionAttributeNames: set.names,
    ExpressionAttributeValues: {
      ...set.values,
      ":zero": number(0),
      ":one": number(1),
      ":queued": text("queued"),
      ":now": number(lease.nowMs),
    },
  };
};

/** What the record of a dead job no longer says once it runs again. */
const OF_THE_DEAD = ["deadShard", "deadAt", "finishedAt", "error", "input", "inputReference", "cancelRequestedAt"];

/** Takes a dead job for its next redrive: each number is honoured once, and the attempts begin anew. */
export const redriveUpdate = (envelope: Envelope, redrive: number, lease: Lease, expiresAt: AttributeValue): Update => {
  const set = assignments({ ...leaseFields(envelope, lease, expiresAt), ...redriveField(redrive) });
  const isNext = redrive === 1 ? "attribute_not_exists(redrives)" : "redrives = :before";
  return {
    UpdateExpression: `SET ${set.expression}, attempts = :zero, claims = claims + :one, claimedFrom = :dead REMOVE ${OF_THE_DEAD.map((name) => `#${name}`).join(", ")}`,
    ConditionExpression: `#status = :dead AND ${isNext}`,
    ExpressionAttributeNames: { ...set.names, ...Object.fromEntries(OF_THE_DEAD.map((name) => [`#${name}`, name])) },
    ExpressionAttributeValues: {
      ...set.values,
      ":zero": number(0),
      ":one": number(1),
      ":dead": text("dead"),
      ...(redrive === 1 ? {} : { ":before": number(redrive - 1) }),
    },
  };
};

/** Notes that the holder of a lease now runs its job alone: should this attempt be lost too, the job is the culprit. */
export const aloneUpdate = (held: Claimed): Update => {
  const set = assignments({
    aloneClaim: number(held.fence),
    attempts: number(held.attempt - 1),
    history: json(held.history),
  });
  return {
    UpdateExpression: `SET ${set.expression}`,
    ConditionExpression: HOLDS,
    ExpressionAttributeNames: { ...set.names, "#status": "status" },
    ExpressionAttributeValues: { ...set.values, ...holding(held) },
  };
};

/** Leaves a job: only the latest holder of its lease can. */
export const settleUpdate = (
  held: Claimed,
  nowMs: number,
  settlement: Settlement,
  expiresAt: AttributeValue,
): Update => {
  const set = assignments({
    status: text(settlement.status),
    attempts: number(settlement.attempts),
    [EXPIRES_AT]: expiresAt,
    ...(settlement.history.length === 0 ? {} : { history: json(settlement.history) }),
    ...(settlement.status === "retrying" && held.isAlone ? { aloneClaim: number(0) } : {}),
    ...leftWith(held.envelope, new Date(nowMs).toISOString(), settlement),
  });
  const removed = REMOVED[settlement.status];
  return {
    UpdateExpression: `SET ${set.expression}${removed === undefined ? "" : ` REMOVE ${removed}`}`,
    ConditionExpression: HOLDS,
    ExpressionAttributeNames: settlement.status === "succeeded" ? { ...set.names, "#error": "error" } : set.names,
    ExpressionAttributeValues: { ...set.values, ...holding(held) },
  };
};

const holding = ({ fence }: Claimed): Fields => ({ ":held": text("running"), ":fence": number(fence) });

/** An error of an earlier attempt is history once the job succeeds. */
const REMOVED = {
  succeeded: "heldUntilMs, #error",
  dead: "heldUntilMs",
  cancelled: "heldUntilMs",
  retrying: undefined,
} as const;

const leaseFields = (envelope: Envelope, { nowMs, untilMs, holder }: Lease, expiresAt: AttributeValue): Fields => ({
  status: text("running"),
  type: text(envelope.type),
  submittedAt: text(envelope.submittedAt),
  startedAt: text(new Date(nowMs).toISOString()),
  heldUntilMs: number(untilMs),
  holder: text(holder),
  [EXPIRES_AT]: expiresAt,
  ...(envelope.tenant === undefined ? {} : { tenant: text(envelope.tenant) }),
  ...(envelope.inputDigest === undefined ? {} : { inputDigest: text(envelope.inputDigest) }),
});

const redriveField = (redrive: number | undefined): Fields =>
  redrive === undefined ? {} : { redrives: number(redrive) };

const leftWith = ({ id, type, input, inputReference }: Envelope, now: string, settlement: Settlement): Fields => {
  switch (settlement.status) {
    case "retrying":
      return {
        heldUntilMs: number(settlement.notBeforeMs - CLOCK_SKEW_MS),
        ...(settlement.error === undefined ? {} : { error: errorMap(settlement.error) }),
      };
    case "cancelled":
      return { finishedAt: text(now) };
    case "dead":
      return {
        error: errorMap(settlement.error),
        finishedAt: text(now),
        ...(inputReference === undefined ? { input: json(input) } : { inputReference: json(inputReference) }),
        deadShard: text(deadShard(type, id)),
        deadAt: text(`${now}#${id}`),
      };
    case "succeeded":
      return { finishedAt: text(now), ...resultFields(settlement) };
  }
};

const resultFields = (settlement: Settlement & { readonly status: "succeeded" }): Fields => {
  if ("resultReference" in settlement) return { resultReference: json(settlement.resultReference) };
  return settlement.result === undefined ? {} : { result: json(settlement.result) };
};

const assignments = (
  fields: Fields,
): { expression: string; names: Record<string, string>; values: Record<string, AttributeValue> } => {
  const names = Object.keys(fields);
  return {
    expression: names.map((name) => `#${name} = :${name}`).join(", "),
    names: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    values: Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
  };
};
