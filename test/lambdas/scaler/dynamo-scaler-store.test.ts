import { GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoScalingStore } from "../../../lambdas/api/dynamo-scaling-store.ts";
import { dynamoScalerStore } from "../../../lambdas/scaler/dynamo-scaler-store.ts";
import type { ScalerState } from "../../../lambdas/scaler/scaler.ts";
import { text } from "../../../lambdas/shared/record-item.ts";
import { SCALER_STATE, SCALING_KEY } from "../../../lib/core/keys.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { limited, OPEN } from "../../support/memory-scaler.ts";

let aws: LocalAws;
let tables = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const signal = new AbortController().signal;
const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const asWoken = { nowMs: NOW_MS, mayTakeOver: false };
const asScheduled = { nowMs: NOW_MS, mayTakeOver: true };

const fresh = async () => {
  tables += 1;
  const tableName = await aws.makeTable(`scaler-${tables}`);
  return { tableName, store: dynamoScalerStore(aws.dynamoDb, tableName) };
};

const lease = (holder: string, untilMs = NOW_MS + 25_000, yieldsAtMs = NOW_MS + 30_000) => ({
  holder,
  untilMs,
  yieldsAtMs,
});

const state = (version: number, limit = 20): ScalerState => ({
  version,
  decidedAtMs: NOW_MS,
  queues: { work: { decision: limited(limit), memory: { sinceMs: 5 } }, other: { decision: OPEN, memory: {} } },
});

describe("the scaler's store", () => {
  it("knows nothing at first", async () => {
    const { store } = await fresh();

    expect(await store.read(signal)).toEqual({ lease: undefined, state: undefined, manual: {} });
  });

  it("reads back the state that it wrote, with what JSON leaves out", async () => {
    const { store } = await fresh();

    expect(await store.writeState(state(1), "a", signal)).toBe(true);

    const { state: read } = await store.read(signal);
    expect(read).toEqual(state(1));
    expect(read?.queues.other?.decision.limit).toBeUndefined();
  });

  it("writes what the API reads: decisions by job type, and when they were taken", async () => {
    const { store, tableName } = await fresh();
    await store.writeState(state(1), "a", signal);

    const view = await dynamoScalingStore(aws.dynamoDb, tableName).read();

    expect(view).toEqual({
      decisions: { work: limited(20), other: OPEN },
      decidedAt: "2026-11-22T10:00:00.000Z",
      manual: {},
    });
  });

  it("reads what the API set by hand, and not what it lifted", async () => {
    const { store, tableName } = await fresh();
    const api = dynamoScalingStore(aws.dynamoDb, tableName);
    await api.setManual("work", { kind: "limit", limit: 5, sinceMs: 7 });
    await api.setManual("other", { kind: "pause", sinceMs: 8 });
    await api.setManual("third", { kind: "pause", sinceMs: 9 });
    await api.lift("third");

    expect((await store.read(signal)).manual).toEqual({
      work: { kind: "limit", limit: 5, sinceMs: 7 },
      other: { kind: "pause", sinceMs: 8 },
    });
  });

  it("writes each version once: the second writer is told", async () => {
    const { store } = await fresh();

    expect(await store.writeState(state(1, 20), "a", signal)).toBe(true);
    expect(await store.writeState(state(1, 30), "b", signal)).toBe(false);
    expect(await store.writeState(state(3, 30), "b", signal)).toBe(false);
    expect(await store.writeState(state(2, 40), "b", signal)).toBe(true);
    expect((await store.read(signal)).state).toEqual(state(2, 40));
  });

  it("knows the write of a writer whose answer was lost, and sends the same again", async () => {
    const { store } = await fresh();

    expect(await store.writeState(state(1), "a", signal)).toBe(true);
    expect(await store.writeState(state(1), "a", signal)).toBe(true);
    expect(await store.writeState(state(2), "a", signal)).toBe(true);
    expect(await store.writeState(state(2), "a", signal)).toBe(true);
  });

  it("keeps the state where a state without a version stands, as somebody else's", async () => {
    const { store, tableName } = await fresh();
    const Key = { pk: text(SCALING_KEY), sk: text(SCALER_STATE) };
    await aws.dynamoDb.send(new UpdateItemCommand({ TableName: tableName, Key }));

    expect(await store.writeState(state(1), "a", signal)).toBe(false);
    const { Item } = await aws.dynamoDb.send(new GetItemCommand({ TableName: tableName, Key }));
    expect(Item).toEqual(Key);
  });
});

describe("the scaler's lease", () => {
  it("is one holder's until it runs out, and can be renewed", async () => {
    const { store } = await fresh();

    expect(await store.takeLease(lease("a"), asWoken, signal)).toBe(true);
    expect(await store.takeLease(lease("b"), asWoken, signal)).toBe(false);
    expect(await store.takeLease(lease("a", NOW_MS + 40_000), asWoken, signal)).toBe(true);
    expect((await store.read(signal)).lease).toEqual(lease("a", NOW_MS + 40_000));
    expect(await store.takeLease(lease("b"), { ...asWoken, nowMs: NOW_MS + 39_999 }, signal)).toBe(false);
    expect(await store.takeLease(lease("b"), { ...asWoken, nowMs: NOW_MS + 40_000 }, signal)).toBe(true);
  });

  it("is free once its holder gives it back, and nobody else can", async () => {
    const { store } = await fresh();
    await store.takeLease(lease("a"), asWoken, signal);

    await store.giveBackLease("b", signal);
    expect(await store.takeLease(lease("b"), asWoken, signal)).toBe(false);
    await store.giveBackLease("a", signal);
    expect(await store.takeLease(lease("b"), asWoken, signal)).toBe(true);
  });

  it("can be taken over once it yields, by those who may", async () => {
    const { store } = await fresh();
    await store.takeLease(lease("a", NOW_MS + 25_000, NOW_MS), asWoken, signal);

    expect(await store.takeLease(lease("b"), asWoken, signal)).toBe(false);
    expect(await store.takeLease(lease("c"), asScheduled, signal)).toBe(true);
    expect(await store.takeLease(lease("d"), asScheduled, signal)).toBe(false);
  });
});
