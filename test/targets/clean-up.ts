import { BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { jobKey } from "../../lib/core/keys.ts";
import { PAYLOAD_PREFIXES } from "../../lib/core/payload.ts";
import { deleteDeadLetters } from "./delete-dead-letters.ts";
import { fewAtOnce } from "./few-at-once.ts";
import type { Made } from "./made.ts";
import { FINAL, suiteApi } from "./suite-api.ts";
import type { Target } from "./target.ts";
import { waitUntil } from "./wait-until.ts";

/** What was taken away, and what had to stay. */
export type CleanUp = {
  readonly records: number;
  readonly objects: number;
  readonly deadLetters: number;
  /** What has to stay for a while, and goes by itself. */
  readonly staying: readonly string[];
  /** What could not be taken away, and why. */
  readonly failures: readonly string[];
};

/** The longest that a job which runs is waited for, in milliseconds. */
const END_WITHIN_MS = 40_000;
const CLEAN_WITHIN_MS = 180_000;

/** Takes away what the suite has made on a target: lifts controls, cancels what waits, deletes records, payloads and dead letters. */
export const cleanUp = async (target: Target, made: Made, tenant: string): Promise<CleanUp> => {
  const signal = AbortSignal.timeout(CLEAN_WITHIN_MS);
  const api = suiteApi(target, made, tenant, signal);
  const staying: string[] = [];
  const failed = new Map<string, string[]>();
  const tried = async <T>(what: string, act: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failed.set(why, [...(failed.get(why) ?? []), what]);
      return otherwise;
    }
  };
  for (const type of made.controlled) {
    await tried(`the control of ${type}`, () => api.post(`/queues/${type}/resume`), undefined);
  }
  const ended: string[] = [];
  await fewAtOnce(made.jobs.keys(), async (id) => {
    if (await tried(`job ${id}`, () => endJob(target, made, tenant, id), false)) ended.push(id);
  });
  // A message may come yet for a job that was cancelled while it waited: only its record says that it must not run.
  const waiting = ended.filter((id) => (made.jobs.get(id)?.waitsUntilMs ?? 0) > Date.now());
  if (waiting.length > 0) {
    staying.push(`${waiting.length} records of cancelled jobs whose messages still wait; they expire by themselves`);
  }
  const deletable = ended.filter((id) => !waiting.includes(id));
  const large = deletable.filter((id) => made.jobs.get(id)?.isLarge);
  const deadLetters = await tried("dead letters", () => deleteAllDeadLetters(target, made, signal), 0);
  const objects = await tried("payloads", () => deletePayloads(target, large, signal), 0);
  const records = await tried("records", () => deleteRecords(target, deletable, signal), 0);
  const failures = [...failed].map(([why, what]) => failureOf(what, why));
  return { records, objects, deadLetters, staying, failures };
};

/** Things that one line names. */
const NAMED = 3;

const failureOf = (what: readonly string[], why: string): string => {
  const more = what.length > NAMED ? ` and ${what.length - NAMED} more` : "";
  return `${what.slice(0, NAMED).join(", ")}${more}: ${why}`;
};

/** Sees to it that a job has ended. */
const endJob = async (target: Target, made: Made, tenant: string, id: string): Promise<boolean> => {
  const signal = AbortSignal.timeout(END_WITHIN_MS);
  const api = suiteApi(target, made, tenant, signal);
  const isEnded = async (): Promise<boolean> => FINAL.includes((await api.job(id)).status);
  if (await isEnded()) return true;
  await api.post(`/jobs/${id}/cancel`);
  return await waitUntil(`job ${id} has ended`, isEnded, (ended) => ended, { signal, everyMs: target.pollMs });
};

const deleteAllDeadLetters = async (target: Target, made: Made, signal: AbortSignal): Promise<number> => {
  let deleted = 0;
  for (const type of new Set(made.deadLetters.values())) {
    const bodies = [...made.deadLetters].filter(([, of]) => of === type).map(([body]) => body);
    deleted += await deleteDeadLetters(target, type, bodies, signal);
  }
  return deleted;
};

const deletePayloads = async (
  { s3, bucketName: Bucket }: Target,
  ids: readonly string[],
  abortSignal: AbortSignal,
): Promise<number> => {
  let deleted = 0;
  for (const id of ids) {
    for (const prefix of Object.values(PAYLOAD_PREFIXES)) {
      const command = new ListObjectsV2Command({ Bucket, Prefix: `${prefix}${id}/` });
      const { Contents = [] } = await s3.send(command, { abortSignal });
      for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal });
      deleted += Contents.length;
    }
  }
  return deleted;
};

/** Items of one call. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MAX_WRITES = 25;

const deleteRecords = async (
  { dynamoDb, tableName }: Target,
  ids: readonly string[],
  abortSignal: AbortSignal,
): Promise<number> => {
  let writes: WriteRequest[] = ids.map(jobKey).map(({ pk, sk }) => ({
    DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } },
  }));
  while (writes.length > 0) {
    const RequestItems = { [tableName]: writes.slice(0, MAX_WRITES) };
    const { UnprocessedItems } = await dynamoDb.send(new BatchWriteItemCommand({ RequestItems }), { abortSignal });
    writes = [...writes.slice(MAX_WRITES), ...(UnprocessedItems?.[tableName] ?? [])];
  }
  return ids.length;
};
