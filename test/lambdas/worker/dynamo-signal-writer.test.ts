import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoRecordStore } from "../../../lambdas/worker/dynamo-record-store.ts";
import { dynamoSignalWriter } from "../../../lambdas/worker/dynamo-signal-writer.ts";
import { invocationReport } from "../../../lambdas/worker/invocation-report.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import { SIGNAL_SHARDS, SIGNALS_EXPIRE_SECONDS, signalKey } from "../../../lib/core/keys.ts";
import { NO_SIGNALS, type SignalCounts } from "../../../lib/core/signals.ts";
import { envelope } from "../../support/claimed.ts";
import { countCapacity } from "../../support/count-capacity.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { message, setUp } from "../../support/worker-setup.ts";

const WINDOW_MS = Date.parse("2026-11-22T10:00:00Z");
const signal = new AbortController().signal;
const counts = (some: Partial<SignalCounts>): SignalCounts => ({ ...NO_SIGNALS, ...some });

let aws: LocalAws;
let units: () => number;
beforeAll(async () => {
  aws = await startLocalAws();
  await aws.makeTable("signals");
  units = countCapacity(aws.dynamoDb);
});
afterAll(() => aws.stop());

/** @param fraction what the dice show */
const writerOf = (jobType: string, fraction: () => number = () => 0) =>
  dynamoSignalWriter(aws.dynamoDb, "signals", { jobType, dice: { fraction, bytes: (count) => new Uint8Array(count) } });

const read = async (jobType: string, shard: number, windowStartMs: number) => {
  const { pk, sk } = signalKey(jobType, shard, windowStartMs);
  const { Item: item } = await aws.dynamoDb.send(
    new GetItemCommand({ TableName: "signals", Key: { pk: { S: pk }, sk: { S: sk } } }),
  );
  if (item === undefined) return undefined;
  const { pk: _pk, sk: _sk, ...numbers } = item;
  return Object.fromEntries(Object.entries(numbers).map(([name, { N: value }]) => [name, Number(value)]));
};

describe("signals in DynamoDB", () => {
  it("are added up, with what is not zero, in the window of their moment", async () => {
    const writer = writerOf("adds");

    await writer.add(counts({ ok: 3, acceptedMs: 120 }), WINDOW_MS, signal);
    await writer.add(counts({ ok: 1, pressure: 2, acceptedMs: 30, refusedMs: 8 }), WINDOW_MS + 9_999, signal);
    await writer.add(counts({ ok: 7 }), WINDOW_MS + 10_000, signal);

    const expiresAt = WINDOW_MS / 1_000 + SIGNALS_EXPIRE_SECONDS;
    expect(await read("adds", 0, WINDOW_MS)).toEqual({ ok: 4, pressure: 2, acceptedMs: 150, refusedMs: 8, expiresAt });
    expect(await read("adds", 0, WINDOW_MS + 10_000)).toEqual({ ok: 7, expiresAt: expiresAt + 10 });
  });

  it("lose nothing where many environments write at once", async () => {
    const writer = writerOf("many");

    await Promise.all(Array.from({ length: 40 }, () => writer.add(counts({ ok: 1, callMs: 5 }), WINDOW_MS, signal)));

    expect(await read("many", 0, WINDOW_MS)).toMatchObject({ ok: 40, callMs: 200 });
  });

  it("go to a shard that the dice choose, each of them and no other", async () => {
    for (let draw = 0; draw < 16; draw += 1) {
      await writerOf("shards", () => (draw + 0.999) / 16).add(counts({ ok: 1 }), WINDOW_MS, signal);
    }

    const shards = Array.from({ length: SIGNAL_SHARDS + 1 }, (_, shard) => read("shards", shard, WINDOW_MS));
    expect((await Promise.all(shards)).map((item) => item?.ok)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, undefined]);
  });

  it("are given up with their signal", async () => {
    const adding = writerOf("aborted").add(counts({ ok: 1 }), WINDOW_MS, AbortSignal.abort());

    await expect(adding).rejects.toThrow();
  });

  it("cost a batch one write unit, and its jobs two each, as before", async () => {
    const test = setUp(async ({ n }) => n);
    const { clock, worker, scaling } = test;
    const report = invocationReport({ ...scaling.ports, signals: writerOf("echo"), clock, log: worker.log });
    const records = dynamoRecordStore(aws.dynamoDb, "signals", 30);
    const jobs = Array.from({ length: 10 }, (_, n) => message(envelope({ seed: n, input: { n } }), `m${n}`));

    const before = units();
    const working = processBatch({ ...worker, records, report }, jobs, () => 65_000);

    expect(await working).toEqual({ batchItemFailures: [] });
    expect(units() - before).toBe(10 * 2 + 1);
    expect(await read("echo", 0, WINDOW_MS)).toMatchObject({ ok: 10 });
  });
});
