import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoScalingStore } from "../../../lambdas/api/dynamo-scaling-store.ts";
import { text } from "../../../lambdas/shared/record-item.ts";
import { SCALER_STATE, SCALING_KEY } from "../../../lib/core/keys.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";

let aws: LocalAws;
let tables = 0;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const fresh = async () => {
  tables += 1;
  const tableName = await aws.makeTable(`scaling-${tables}`);
  return { tableName, store: dynamoScalingStore(aws.dynamoDb, tableName) };
};

describe("the scaling store", () => {
  it("knows nothing before anybody decided anything", async () => {
    const { store } = await fresh();

    expect(await store.read()).toEqual({ decisions: {}, decidedAt: undefined, manual: {} });
  });

  it("reads what the scaler decided", async () => {
    const { store, tableName } = await fresh();
    const decision = { mode: "limited", limit: 12, reason: "the receiver asked to slow down" };
    const state = text(JSON.stringify({ work: { decision, memory: { any: 1 } } }));
    const decidedAt = "2026-11-22T10:00:00.000Z";
    const Item = { pk: text(SCALING_KEY), sk: text(SCALER_STATE), state, decidedAt: text(decidedAt) };
    await aws.dynamoDb.send(new PutItemCommand({ TableName: tableName, Item }));

    expect(await store.read()).toEqual({ decisions: { work: decision }, decidedAt, manual: {} });
  });

  it("keeps the first pause, lets a limit take its place, and forgets it when it is lifted", async () => {
    const { store } = await fresh();
    const [first, second] = [
      { kind: "pause", sinceMs: 1 },
      { kind: "pause", sinceMs: 2 },
    ] as const;
    const limit = { kind: "limit", limit: 5, sinceMs: 3 } as const;

    expect(await store.setManual("work", first)).toEqual(first);
    expect(await store.setManual("work", second)).toEqual(first);
    expect((await store.read()).manual).toEqual({ work: first });
    expect(await store.setManual("work", limit)).toEqual(limit);
    expect((await store.read()).manual).toEqual({ work: limit });
    expect(await store.setManual("work", second)).toEqual(second);
    expect((await store.read()).manual).toEqual({ work: second });
    await store.lift("work");
    await store.lift("other");
    expect((await store.read()).manual).toEqual({});
  });
});
