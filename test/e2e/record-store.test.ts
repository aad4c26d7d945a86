import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoRecordReader } from "../../lambdas/api/dynamo-record-reader.ts";
import { dynamoRecordStore } from "../../lambdas/worker/dynamo-record-store.ts";
import type { Claimed, RecordStore, Settlement } from "../../lambdas/worker/record-store.ts";
import { jobError } from "../../lib/core/outcome.ts";
import { envelope } from "../support/claimed.ts";
import { countCapacity } from "../support/count-capacity.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";

let test: TestRun;
let client: DynamoDBClient;
let tableName: string;
let units: () => number;
let seed = 1;

beforeAll(async () => {
  test = await testRun({ jobTypes: { nap: {} } }, { jobsFolder: TEST_JOBS });
  tableName = test.run.variablesOf(test.run.observe()[0]?.functionName ?? "").TABLE_NAME ?? "";
  client = new DynamoDBClient({
    endpoint: test.run.awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  units = countCapacity(client);
});
afterAll(async () => {
  client.destroy();
  await test.stop();
});

const freshJob = () => {
  seed += 1;
  return envelope({ seed, type: "nap", input: { ms: seed } });
};

const error = jobError("Error", "no answer");
const NOW_MS = Date.parse("2026-11-22T10:00:00Z");

/** One thing that a worker does: claims the job, or settles the claim it got last. */
type Step =
  | { readonly does: "claim"; readonly worker: number; readonly leaseMs: number; readonly passedMs: number }
  | { readonly does: "settle"; readonly worker: number; readonly as: Settlement["status"]; readonly passedMs: number };

const worker = fc.integer({ min: 0, max: 2 });
const passedMs = fc.constantFrom(0, 1, 999, 1_000, 5_000, 70_000);
const steps = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant("claim" as const), worker, leaseMs: fc.constantFrom(1_000, 65_000), passedMs }),
    fc.record({
      does: fc.constant("settle" as const),
      worker,
      as: fc.constantFrom("succeeded", "dead", "retrying"),
      passedMs,
    }),
  ),
  { minLength: 1, maxLength: 12 },
) as fc.Arbitrary<readonly Step[]>;

/** Plays steps on a store and tells what each came to. */
const play = async (
  store: RecordStore,
  job: ReturnType<typeof freshJob>,
  played: readonly Step[],
): Promise<unknown[]> => {
  const claims = new Map<number, Claimed>();
  const results: unknown[] = [];
  let nowMs = NOW_MS;
  for (const step of played) {
    nowMs += step.passedMs;
    if (step.does === "claim") {
      const claim = await store.claim(job, nowMs, nowMs + step.leaseMs);
      if (claim.kind === "claimed") claims.set(step.worker, claim);
      results.push({ ...claim, envelope: undefined });
      continue;
    }
    const held = claims.get(step.worker);
    if (held === undefined) continue;
    const common = { attempts: held.attempt, history: held.history };
    const settlement: Settlement =
      step.as === "succeeded"
        ? { ...common, status: step.as, result: { ok: true } }
        : step.as === "dead"
          ? { ...common, status: step.as, error }
          : { ...common, status: step.as, error, notBeforeMs: nowMs + 5_000 };
    results.push(await store.settle(held, nowMs, settlement));
  }
  return results;
};

describe("records in DynamoDB", () => {
  it("give every claim and settlement the same answer as the rules in memory, however workers interleave", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const job = freshJob();
        const memory = memoryRecordStore();

        const expected = await play(memory, job, played);
        const answers = await play(dynamoRecordStore(client, tableName, 30), job, played);

        expect(answers).toEqual(expected);
        const stored = await dynamoRecordReader(client, tableName).read(job.id, { isConsistent: true });
        const { status, attempts, claims } = memory.records.get(job.id) ?? {};
        expect([stored?.status, stored?.attempts, stored?.claims]).toEqual([status, attempts, claims]);
      }),
      { numRuns: 60 },
    );
  });

  it("let just one of many claims at the same moment through", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();

    const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim(job, NOW_MS, NOW_MS + 65_000)));

    expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === "not-yet")).toHaveLength(19);
  });

  it("cost exactly two write units for a small job that succeeds", async () => {
    const store = dynamoRecordStore(client, tableName, 30);
    const job = freshJob();

    const before = units();
    const claim = await store.claim(job, NOW_MS, NOW_MS + 65_000);
    if (claim.kind !== "claimed") throw new Error("a fresh job was not claimed");
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
      const claim = await store.claim(job, atMs, atMs + 65_000);
      if (claim.kind !== "claimed") throw new Error("a fresh job was not claimed");
      await store.settle(claim, atMs, { status: "dead", attempts: 1, history: [], error });
      ids.unshift(job.id);
    }

    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await reader.listDead(["nap"], 4, cursor);
      listed.push(...page.jobs.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    const oldest = await reader.read(ids.at(-1) ?? "", { isConsistent: true });

    expect(listed.slice(0, 25)).toEqual(ids);
    expect(listed).toHaveLength(before + 25);
    expect(await reader.countDead("nap")).toBe(before + 25);
    expect(oldest?.input).toEqual({ ms: expect.any(Number) });
  });
});
