import assert from "node:assert/strict";
import { DescribeTimeToLiveCommand, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { EXPIRES_AT, jobKey } from "../../../lib/core/keys.ts";
import { INLINE_PAYLOAD_BYTES } from "../../../lib/core/limits.ts";
import type { CaseContext, PlayCase } from "../case.ts";
import { endedAgain } from "./redrive.ts";

const SECONDS_A_DAY = 86_400;

/** Reads a job's record where it is kept. */
const recordOf = async ({ target, signal }: CaseContext, id: string) => {
  const { pk, sk } = jobKey(id);
  const command = new GetItemCommand({
    TableName: target.tableName,
    Key: { pk: { S: pk }, sk: { S: sk } },
    ConsistentRead: true,
  });
  const { Item } = await target.dynamoDb.send(command, { abortSignal: signal });
  assert.ok(Item !== undefined, `the table must have a record of ${id}`);
  return Item;
};

/** The record is where DynamoDB can expire it: whole days after the job's end. */
export const keepsRecords: PlayCase = async (context) => {
  const { api, tenant } = context;
  const job = await api.jobOnce(await api.submit("profile-csv", { text: "a\n1\n" }), "succeeded");

  const record = await recordOf(context, job.id);

  const { status, type, attempts } = record;
  assert.deepEqual(
    { status, type, attempts, tenant: record.tenant },
    { status: { S: "succeeded" }, type: { S: "profile-csv" }, attempts: { N: "1" }, tenant: { S: tenant } },
  );
  const keptSeconds = Number(record[EXPIRES_AT]?.N) - Date.parse(String(job.finishedAt)) / 1_000;
  const days = Math.round(keptSeconds / SECONDS_A_DAY);
  assert.ok(days >= 1, `the record must expire a day or more after its end, got ${keptSeconds} s`);
  assert.ok(Math.abs(keptSeconds - days * SECONDS_A_DAY) <= 2, `it must be kept whole days, got ${keptSeconds} s`);
  return `kept for ${days} days`;
};

/** The table knows by which attribute records expire. */
export const removesExpiredRecords: PlayCase = async ({ target, signal }) => {
  const command = new DescribeTimeToLiveCommand({ TableName: target.tableName });
  const { TimeToLiveDescription } = await target.dynamoDb.send(command, { abortSignal: signal });
  assert.equal(TimeToLiveDescription?.AttributeName, EXPIRES_AT);
  assert.match(String(TimeToLiveDescription?.TimeToLiveStatus), /^ENABL(ED|ING)$/);
};

const COLUMNS = 1_000;
/** Some 380,000 bytes with the header: more than fits a message. */
const ROWS = 190;

/** A large input runs like a small one; of a dead job it is kept, and comes back with the redrive. */
export const keepsALargeInput: PlayCase = async (context) => {
  const { api } = context;
  const header = Array.from({ length: COLUMNS }, (_, column) => `c${column}`).join(",");
  const row = `${Array.from({ length: COLUMNS }, () => "1").join(",")}\n`;
  const good = await api.submit("profile-csv", { text: `${header}\n${row.repeat(ROWS)}` });
  const poison = await api.submit("profile-csv", { text: `${",".repeat(COLUMNS - 1)}\n${row.repeat(ROWS)}` });

  const { result } = await api.jobOnce(good, "succeeded");
  const dead = await api.jobOnce(poison, "dead");
  const { inputReference, input } = await recordOf(context, poison);
  const redriven = await api.post(`/jobs/${poison}/redrive`);
  const again = await endedAgain(context, poison);

  const { rows, columns } = result as { readonly rows: number; readonly columns: readonly { readonly name: string }[] };
  assert.deepEqual([rows, columns.length, columns.at(-1)?.name], [ROWS, COLUMNS, `c${COLUMNS - 1}`]);
  assert.equal(input, undefined, "the record must not hold a large input itself");
  const reference = JSON.parse(inputReference?.S ?? "{}") as { readonly key?: string; readonly bytes?: number };
  assert.match(String(reference.key), new RegExp(`^inputs/${poison}/`));
  assert.ok(Number(reference.bytes) > INLINE_PAYLOAD_BYTES, JSON.stringify(reference));
  assert.equal(redriven.status, 202, JSON.stringify(redriven.body));
  assert.deepEqual(again.error, dead.error, "the redriven job must have met the same input");
};
