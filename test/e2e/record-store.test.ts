import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoRecordReader } from "../../lambdas/api/dynamo-record-reader.ts";
import { dynamoRecordStore } from "../../lambdas/worker/dynamo-record-store.ts";
import type { Claim, Claimed, RecordStore } from "../../lambdas/worker/record-store.ts";
import type { Envelope } from "../../lib/core/envelope.ts";
import { jobKey } from "../../lib/core/keys.ts";
import { jobError } from "../../lib/core/outcome.ts";
import { envelope } from "../support/claimed.ts";
import { clientOptions } from "../support/client-options.ts";
import { countCapacity } from "../support/count-capacity.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";
import { type MemoryRecordStore, memoryRecordStore } from "../support/memory-record-store.ts";
import { type RecordModel, recordCommands } from "../support/record-commands.ts";

let test: TestRun;
let client: DynamoDBClient;
let tableName: string;
let units: () => number;
let seed = 1;

beforeAll(async () => {
  test = await testRun({ jobTypes: { nap: {} } }, { jobsFolder: TEST_JOBS });
  tableName = test.run.variablesOf(test.run.observe()[0]?.functionName ?? "").TABLE_NAME ?? "";
  client = new DynamoDBClient(clientOptions(test.run.awsUrl));
  units = countCapacity(client);
});
afterAll(async () => {
  client.destroy();
  await test.stop();
});

const freshJob = (): Envelope => {
  seed += 1;
  return envelope({ seed, type: "nap", input: { ms: seed } });
};

const error = jobError("Error", "no answer");
const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const lease = (holder: string, nowMs = NOW_MS) => ({ nowMs, untilMs: nowMs + 65_000, holder });

const claimOf = async (store: RecordStore, job: Envelope, holder: string, nowMs = NOW_MS): Promise<Claimed> => {
  const claim = await store.claim(job, lease(holder, nowMs));
  if (claim.kind !== "claimed") throw new Error(`the job was not claimed: ${JSON.stringify(claim)}`);
  return claim;
};

/** What the api function does to a running job, in one write. */
const requestCancel = async (id: string): Promise<void> => {
  const { pk, sk } = jobKey(id);
  await client
    .send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { pk: { S: pk }, sk: { S: sk } },
        UpdateExpression: "SET cancelRequestedAt = :now",
        ConditionExpression: "#status = :running",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":now": { S: "now" }, ":running": { S: "running" } },
      }),
    )
    .catch((refusal: Error) => {
      if (refusal.name !== "ConditionalCheckFailedException") throw refusal;
    });
};

describe("records in DynamoDB", () => {
  it("answer every command as the rules in memory do, however workers interleave", async () => {
    await fc.assert(
      fc.asyncProperty(recordCommands(), async (commands) => {
        const job = freshJob();
        const memory: MemoryRecordStore = memoryRecordStore();
        const setup = (): { model: RecordModel; real: RecordModel } => ({
          model: { job, store: memory, requestCancel: async () => memory.requestCancel(job.id), claims: new Map() },
          real: {
            job,
            store: dynamoRecordStore(client, tableName, 30),
            requestCancel: () => requestCancel(job.id),
            claims: new Map(),
          },
        });

        await fc.asyncModelRun(setup, commands);

        const stored = await dynamoRecordReader(client, tableName).read(job.id, { isConsistent: true });
        const expected = memory.records.get(job.id);
        const summary = (record: typeof stored) =>
          record === undefined
            ? undefined
            : [record.status, record.attempts, record.claims, record.redrives, record.aloneClaim, record.heldUntilMs];
        expect(summary(stored)).toEqual(summary(expected));
      }),
      { numRuns: 80 },
    );
  });

  it("let one worker run at a time and settle once, in whatever order the calls of many reach the table", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 5 }), async (scheduler, workers) => {
        const job = freshJob();
        const store = dynamoRecordStore(client, tableName, 30);
        let nowMs = NOW_MS;
        const live = new Map<string, number>();
        const outcomes: string[] = [];
        const work = async (holder: string): Promise<void> => {
          await scheduler.schedule(Promise.resolve(), `${holder} receives`);
          const claim: Claim = await store.claim(job, { nowMs, untilMs: nowMs + 10_000, holder });
          if (claim.kind !== "claimed") return;
          // Nobody else's lease is valid now.
          expect([...live.values()].filter((untilMs) => untilMs >= nowMs)).toEqual([]);
          live.set(holder, nowMs + 10_000);
          await scheduler.schedule(Promise.resolve(), `${holder} runs`);
          // The slow ones: their lease ends before they do.
          nowMs += 6_000;
          const left = { status: "succeeded", attempts: claim.attempt, history: [], result: holder } as const;
          if ((await store.settle(claim, nowMs, left)) === "settled") outcomes.push(holder);
          live.delete(holder);
        };

        const all = Promise.all(Array.from({ length: workers }, (_, index) => work(`worker ${index}`)));
        await scheduler.waitFor(all);

        expect(outcomes).toHaveLength(1);
        const record = await dynamoRecordReader(client, tableName).read(job.id, { isConsistent: true });
        expect(record).toMatchObject({ status: "succeeded", result: outcomes[0] });
      }),
      { numRuns: 60 },
    );
  });

  it("let just one of many claims at the same moment through", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();

    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.claim(job, lease(`environment ${index}`))),
    );

    expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === "not-yet")).toHaveLength(19);
  });

  it("give a claim whose answer was lost the same answer again", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();

    const first = await store.claim(job, lease("me"));
    const again = await store.claim(job, lease("me"));

    expect(again).toEqual(first);
    expect(await store.claim(job, lease("another"))).toMatchObject({ kind: "not-yet" });
  });

  it("know a settlement again whose answer was lost", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const claim = await claimOf(store, freshJob(), "me");
    const left = { status: "succeeded", attempts: 1, history: [], result: 1 } as const;

    expect(await store.settle(claim, NOW_MS, left)).toBe("settled");
    expect(await store.settle(claim, NOW_MS, left)).toBe("settled");
  });

  it("cost exactly two write units for a small job that succeeds", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();

    const before = units();
    const claim = await claimOf(store, job, "environment");
    await store.settle(claim, NOW_MS, { status: "succeeded", attempts: 1, history: [], result: { rows: 3 } });

    expect(units() - before).toBe(2);
  });

  it("keep the input of the dead, list them newest first, a page at a time, and count them", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const reader = dynamoRecordReader(client, tableName);
    const before = await reader.countDead("nap");
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) {
      const job = freshJob();
      const atMs = Date.now() + index * 1_000;
      const claim = await claimOf(store, job, "environment", atMs);
      await store.settle(claim, atMs, { status: "dead", attempts: 1, history: [], error });
      ids.unshift(job.id);
    }

    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reader.listDead({ types: ["nap"], limit: 4, cursor });
      listed.push(...page.jobs.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    const oldest = await reader.read(ids.at(-1) ?? "", { isConsistent: true });

    expect(listed.slice(0, 25)).toEqual(ids);
    expect(listed).toHaveLength(before + 25);
    expect(await reader.countDead("nap")).toBe(before + 25);
    expect(oldest?.input).toEqual({ ms: expect.any(Number) });
  });

  it("honour each redrive of a dead job once, and the next one only", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();
    const die = async (redrive: number | undefined, holder: string): Promise<void> => {
      const claim = await claimOf(store, { ...job, redrive }, holder);
      await store.settle(claim, NOW_MS, { status: "dead", attempts: 1, history: [], error });
    };
    await die(undefined, "first");
    await die(1, "second");

    const again = await store.claim({ ...job, redrive: 1 }, lease("third"));
    const tooFar = await store.claim({ ...job, redrive: 3 }, lease("fourth"));
    const next = await store.claim({ ...job, redrive: 2 }, lease("fifth"));

    expect([again, tooFar]).toEqual([
      { kind: "finished", status: "dead" },
      { kind: "finished", status: "dead" },
    ]);
    expect(next).toMatchObject({ kind: "claimed", attempt: 1 });
  });

  it("forget of the dead, once they are redriven, what made them listed as dead", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const reader = dynamoRecordReader(client, tableName);
    const job = freshJob();
    const claim = await claimOf(store, job, "first");
    await store.settle(claim, NOW_MS, { status: "dead", attempts: 1, history: [], error });

    await claimOf(store, { ...job, redrive: 1 }, "second");

    const { jobs } = await reader.listDead({ types: ["nap"], limit: 100 });
    expect(jobs.map(({ id }) => id)).not.toContain(job.id);
    const record = await reader.read(job.id, { isConsistent: true });
    expect(record).toMatchObject({ status: "running", redrives: 1, attempts: 0 });
    expect(record).not.toHaveProperty("input");
    expect(record).not.toHaveProperty("error");
  });
});
