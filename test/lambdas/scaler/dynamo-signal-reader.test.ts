import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamoSignalReader } from "../../../lambdas/scaler/dynamo-signal-reader.ts";
import { number, text } from "../../../lambdas/shared/record-item.ts";
import { SIGNAL_SHARDS, signalKey } from "../../../lib/core/keys.ts";
import { addSignals, NO_SIGNALS, SIGNAL_WINDOW_MS, type SignalCounts } from "../../../lib/core/signals.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";

let aws: LocalAws;
let tables = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const START_MS = Date.parse("2026-11-22T10:00:00Z");
const signal = new AbortController().signal;

type Added = { readonly shard: number; readonly window: number; readonly counts: Partial<SignalCounts> };

const fresh = async () => {
  tables += 1;
  const TableName = await aws.makeTable(`signals-${tables}`);
  const add = async (type: string, { shard, window, counts }: Added): Promise<void> => {
    const { pk, sk } = signalKey(type, shard, START_MS + window * SIGNAL_WINDOW_MS);
    const names = Object.keys(counts);
    await aws.dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: text(pk), sk: text(sk) },
        UpdateExpression: `SET expiresAt = :expiry ADD ${names.map((name) => `#${name} :${name}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ":expiry": number(1),
          ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [`:${name}`, number(value)])),
        },
      }),
    );
  };
  return { add, reader: dynamoSignalReader(aws.dynamoDb, TableName) };
};

it("adds up what all shards say of a window, oldest window first", async () => {
  const { add, reader } = await fresh();
  await add("work", { shard: 7, window: 1, counts: { pressure: 2, refusedMs: 30 } });
  await add("work", { shard: 0, window: 0, counts: { ok: 5, acceptedMs: 500 } });
  await add("work", { shard: 3, window: 1, counts: { ok: 1, pressure: 1 } });

  expect(await reader.read("work", START_MS, signal)).toEqual([
    { startMs: START_MS, counts: { ...NO_SIGNALS, ok: 5, acceptedMs: 500 } },
    { startMs: START_MS + SIGNAL_WINDOW_MS, counts: { ...NO_SIGNALS, ok: 1, pressure: 3, refusedMs: 30 } },
  ]);
});

it("reads from the window on that the moment asked for lies in, and of that job type alone", async () => {
  const { add, reader } = await fresh();
  for (const window of [0, 1, 2]) await add("work", { shard: 0, window, counts: { ok: 1 } });
  await add("worker", { shard: 0, window: 2, counts: { ok: 9 } });

  const windows = await reader.read("work", START_MS + SIGNAL_WINDOW_MS + 9_999, signal);

  expect(windows.map(({ startMs, counts }) => [startMs - START_MS, counts.ok])).toEqual([
    [10_000, 1],
    [20_000, 1],
  ]);
});

it("loses no count, however they are spread", async () => {
  const count = fc.integer({ min: 0, max: 1_000 });
  const added = fc.record({
    shard: fc.integer({ min: 0, max: SIGNAL_SHARDS - 1 }),
    window: fc.integer({ min: 0, max: 5 }),
    counts: fc.record({ ok: count, transient: count, timedOut: count, pressure: count, permanent: count }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(added, { minLength: 1, maxLength: 12 }), async (all) => {
      const { add, reader } = await fresh();
      for (const one of all) await add("work", one);

      const windows = await reader.read("work", START_MS, signal);

      const sum = (counts: readonly SignalCounts[]): SignalCounts => counts.reduce(addSignals, NO_SIGNALS);
      expect(sum(windows.map(({ counts }) => counts))).toEqual(
        sum(all.map(({ counts }) => ({ ...NO_SIGNALS, ...counts }))),
      );
      expect(new Set(windows.map(({ startMs }) => startMs)).size).toBe(new Set(all.map(({ window }) => window)).size);
    }),
    { numRuns: 15 },
  );
});
