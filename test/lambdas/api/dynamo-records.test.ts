import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecordReader, RecordWriter } from "../../../lambdas/api/api.ts";
import { dynamoRecordReader } from "../../../lambdas/api/dynamo-record-reader.ts";
import { dynamoRecordWriter } from "../../../lambdas/api/dynamo-record-writer.ts";
import { errorMap, type Item, json, number, text } from "../../../lambdas/shared/record-item.ts";
import type { JobRecord } from "../../../lib/core/job.ts";
import { deadShard, EXPIRES_AT, jobKey } from "../../../lib/core/keys.ts";
import { jobError } from "../../../lib/core/outcome.ts";
import { deadRecord, jobId } from "../../support/dead-record.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { memoryApiRecords } from "../../support/memory-api-records.ts";

let aws: LocalAws;
let tables = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const RETENTION_DAYS = 30;
const EXPIRY = NOW_MS / 1_000 + RETENTION_DAYS * 86_400;

/** An item as a worker leaves it. */
const itemOf = (record: JobRecord): Item => {
  const { id, type, status, finishedAt } = record;
  const { pk, sk } = jobKey(id);
  const texts = { pk, sk, type, status, submittedAt: record.submittedAt, finishedAt };
  const numbers = {
    attempts: record.attempts,
    claims: record.claims,
    heldUntilMs: record.heldUntilMs,
    redrives: record.redrives,
    redriveRequested: record.redriveRequested,
  };
  const dead = { deadShard: text(deadShard(type, id)), deadAt: text(`${finishedAt}#${id}`), input: json(record.input) };
  return Object.fromEntries([
    ...Object.entries(texts).flatMap(([name, value]) => (value === undefined ? [] : [[name, text(value)]])),
    ...Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : [[name, number(value)]])),
    ...(record.error === undefined ? [] : [["error", errorMap(record.error)]]),
    ...(status === "dead" ? Object.entries(dead) : []),
  ]);
};

type Table = RecordReader & RecordWriter & { readonly put: (...records: readonly JobRecord[]) => Promise<void> };

const freshTable = async (): Promise<Table> => {
  tables += 1;
  const TableName = await aws.makeTable(`jobs-${tables}`);
  return {
    ...dynamoRecordReader(aws.dynamoDb, TableName),
    ...dynamoRecordWriter(aws.dynamoDb, TableName, RETENTION_DAYS),
    put: async (...records) => {
      for (const record of records) await aws.dynamoDb.send(new PutItemCommand({ TableName, Item: itemOf(record) }));
    },
  };
};

const read = (table: Table, seed = 1): Promise<JobRecord | undefined> =>
  table.read(jobId(seed), { isConsistent: true });

const seenAs = (seed: number, status: JobRecord["status"], claims = 5) => ({
  id: jobId(seed),
  type: "echo",
  status,
  claims,
  submittedAt: "2026-11-22T09:00:00.000Z",
});

describe("cancelling in DynamoDB", () => {
  it("makes the record of a job that has none, once", async () => {
    const table = await freshTable();

    const tries = [
      await table.cancel(seenAs(1, "queued", 0), NOW_MS),
      await table.cancel(seenAs(1, "queued", 0), NOW_MS),
    ];

    expect(tries).toEqual([true, false]);
    expect(await read(table)).toEqual({
      id: jobId(1),
      type: "echo",
      status: "cancelled",
      attempts: 0,
      claims: 0,
      submittedAt: "2026-11-22T09:00:00.000Z",
      finishedAt: "2026-11-22T10:00:00.000Z",
      history: [],
    });
  });

  it("ends a job that waits for a retry, and lets go of its lease, by which no claim can take it", async () => {
    const table = await freshTable();
    await table.put(deadRecord(1, { status: "retrying", finishedAt: undefined, heldUntilMs: 5 }));

    const isDone = await table.cancel(seenAs(1, "retrying"), NOW_MS);

    const record = await read(table);
    expect(isDone).toBe(true);
    expect(record).toMatchObject({ status: "cancelled", finishedAt: "2026-11-22T10:00:00.000Z" });
    expect(record).not.toHaveProperty("heldUntilMs");
  });

  it("ends a job that awaits a redrive, and takes it and its input off the list of the dead", async () => {
    const table = await freshTable();
    await table.put(deadRecord(1, { redriveRequested: 1 }));

    await table.cancel(seenAs(1, "dead"), NOW_MS);

    expect(await read(table)).not.toHaveProperty("input");
    expect(await table.countDead("echo")).toBe(0);
  });

  it("asks the worker of a job that runs, and remembers who asked first", async () => {
    const table = await freshTable();
    await table.put(deadRecord(1, { status: "running" }));

    await table.cancel(seenAs(1, "running"), NOW_MS);
    const isDone = await table.cancel(seenAs(1, "running"), NOW_MS + 5_000);

    expect(isDone).toBe(true);
    expect(await read(table)).toMatchObject({ status: "running", cancelRequestedAt: "2026-11-22T10:00:00.000Z" });
  });

  it.each([
    ["queued", "running", 5],
    ["retrying", "running", 5],
    ["running", "succeeded", 5],
    ["running", "retrying", 5],
    ["dead", "running", 6],
    ["dead", "dead", 6],
  ] as const)("changes nothing where a job seen as %s is %s by now", async (seen, status, claims) => {
    const table = await freshTable();
    const record = deadRecord(1, { status, claims });
    await table.put(record);
    const before = await read(table);

    const isDone = await table.cancel(seenAs(1, seen), NOW_MS);

    expect(isDone).toBe(false);
    expect(await read(table)).toEqual(before);
  });
});

describe("marking a redrive in DynamoDB", () => {
  it.each([undefined, 1])("notes it in a dead record that was redriven %s times", async (redrives) => {
    const table = await freshTable();
    const dead = deadRecord(1, { redrives });
    await table.put(dead);

    const isDone = await table.markRedrive(dead, (redrives ?? 0) + 1, NOW_MS);

    expect(isDone).toBe(true);
    expect(await read(table)).toMatchObject({ status: "dead", redriveRequested: (redrives ?? 0) + 1 });
  });

  it.each([
    ["runs by now", { status: "running", redrives: 1 }],
    ["ran and died again", { redrives: 1 }],
    ["is gone", undefined],
  ] as const)("changes nothing where the job %s", async (_, now) => {
    const table = await freshTable();
    if (now !== undefined) await table.put(deadRecord(1, now));
    const before = await read(table);

    const isDone = await table.markRedrive(deadRecord(1), 1, NOW_MS);

    expect(isDone).toBe(false);
    expect(await read(table)).toEqual(before);
  });

  it.each(["cancel", "markRedrive"] as const)(
    "%s lets the record live for the retention from then on",
    async (write) => {
      const TableName = await aws.makeTable(`expiry-${write}`);
      await aws.dynamoDb.send(new PutItemCommand({ TableName, Item: itemOf(deadRecord(1, { redriveRequested: 1 })) }));
      const writer = dynamoRecordWriter(aws.dynamoDb, TableName, RETENTION_DAYS);

      if (write === "cancel") await writer.cancel(seenAs(1, "dead"), NOW_MS);
      else await writer.markRedrive(deadRecord(1), 1, NOW_MS);

      const { pk, sk } = jobKey(jobId(1));
      const { Item: item } = await aws.dynamoDb.send(
        new GetItemCommand({ TableName, Key: { pk: text(pk), sk: text(sk) } }),
      );
      expect(item?.[EXPIRES_AT]).toEqual(number(EXPIRY));
    },
  );
});

/** All pages of a query, to the end. */
const allOf = async (reader: RecordReader, query: Parameters<RecordReader["listDead"]>[0]) => {
  const ids: string[] = [];
  let cursor = query.cursor;
  do {
    const page = await reader.listDead({ ...query, cursor });
    expect(page.jobs.length).toBeLessThanOrEqual(query.limit);
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
};

describe("listing the dead in DynamoDB", () => {
  const errors = [jobError("Error", "no answer"), jobError("TypeError", "x is undefined")];
  const jobs = fc.uniqueArray(
    fc.record({
      seed: fc.integer({ min: 0, max: 255 }),
      error: fc.constantFrom(...errors),
      redriveRequested: fc.constantFrom(undefined, 1, 2),
      redrives: fc.constantFrom(undefined, 1),
    }),
    { maxLength: 40, selector: ({ seed }) => seed },
  );
  const moment = fc.option(
    fc.integer({ min: 0, max: 255 }).map((seed) => deadRecord(seed).finishedAt),
    { nil: undefined },
  );
  const queries = fc.record({
    limit: fc.integer({ min: 1, max: 12 }),
    diedAfter: moment,
    diedBefore: moment,
    fingerprint: fc.constantFrom(undefined, ...errors.map(({ fingerprint }) => fingerprint)),
  });

  it("gives, page by page, what the rules in memory give: each once, newest first", async () => {
    await fc.assert(
      fc.asyncProperty(jobs, queries, async (made, query) => {
        const table = await freshTable();
        const memory = memoryApiRecords();
        for (const { seed, ...rest } of made) {
          const record = deadRecord(seed, rest);
          await table.put(record);
          memory.records.set(record.id, record);
        }
        const whole = { ...query, types: ["echo"] };

        const listed = await allOf(table, whole);

        expect(listed).toEqual(await allOf(memory, whole));
        expect(await table.countDead("echo")).toBe(await memory.countDead("echo"));
      }),
      { numRuns: 25 },
    );
  });

  it("shows no other type's, and has no cursor on the last page", async () => {
    const table = await freshTable();
    await table.put(
      deadRecord(1),
      deadRecord(2),
      deadRecord(3, { id: jobId(3).replace("echo", "other"), type: "other" }),
    );

    const page = await table.listDead({ types: ["echo"], limit: 2 });

    expect(page.jobs.map(({ id }) => id)).toEqual([jobId(2), jobId(1)]);
    expect(page.next).toBeUndefined();
  });

  it("has no cursor on the last of several pages either, if all jobs are in one shard", async () => {
    const table = await freshTable();
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const inOneShard = seeds.filter((seed) => deadShard("echo", jobId(seed)) === "echo#0").slice(0, 4);
    await table.put(...inOneShard.map((seed) => deadRecord(seed)));

    const first = await table.listDead({ types: ["echo"], limit: 2 });
    const last = await table.listDead({ types: ["echo"], limit: 2, cursor: first.next });

    expect([first, last].map(({ jobs }) => jobs.length)).toEqual([2, 2]);
    expect(last.next).toBeUndefined();
  });

  it("of a cursor before diedAfter gives nothing", async () => {
    const table = await freshTable();
    await table.put(deadRecord(1));

    const page = await table.listDead({
      types: ["echo"],
      limit: 2,
      cursor: "2026-01-01T00:00:00.000Z#x",
      diedAfter: "2026-02-01T00:00:00.000Z",
    });

    expect(page).toEqual({ jobs: [], next: undefined });
  });
});
