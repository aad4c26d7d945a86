import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { cbor } from "@smithy/core/cbor";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAws } from "../../../lib/local/wire/call-aws.ts";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";
import { clientOptions } from "../../support/client-options.ts";

let store: Store;

beforeAll(async () => {
  store = await startStore(0, (error) => {
    throw error;
  });
  const dynamoDb = new DynamoDBClient(clientOptions(store.url));
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: "records",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
  dynamoDb.destroy();
});

afterAll(() => store.stop());

const JSON_TYPE = "application/x-amz-json-1.0";
const CBOR_PATH = "/service/GraniteServiceVersion20100801/operation/";

const signedFor = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=any`;

const call = (target: string, body: string): Promise<Response> =>
  fetch(store.url, {
    method: "POST",
    headers: {
      "content-type": JSON_TYPE,
      "x-amz-target": target,
      "x-amz-date": "20260101T000000Z",
      authorization: signedFor("dynamodb"),
    },
    body,
  });

/** All services share one thread: what ends it ends them all, with their data. */
const isAlive = async (): Promise<boolean> => {
  const { TableNames } = await callAws(store.url, "DynamoDB_20120810.ListTables", {});
  await callAws(store.url, "AmazonSQS.ListQueues", {});
  return JSON.stringify(TableNames) === '["records"]';
};

describe("an operation that there is not", () => {
  it("is unknown where every object has its name, valueOf, and SQS still answers after it", async () => {
    const response = await fetch(`${store.url}${CBOR_PATH}valueOf`, { method: "POST" });
    const answer = cbor.deserialize(new Uint8Array(await response.arrayBuffer()));

    expect(response.status).toBe(400);
    expect(answer).toMatchObject({ __type: "UnknownOperationException" });
    expect(await isAlive()).toBe(true);
  });

  it("is refused by every service, whatever its name, and all answer after it", async () => {
    const inherited = fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype), "prototype", "then", "0");
    const name = fc.oneof(inherited, fc.stringMatching(/^[\w.$-]{1,20}$/));

    await fc.assert(
      fc.asyncProperty(name, async (operation) => {
        const responses = await Promise.all([
          fetch(`${store.url}${CBOR_PATH}${operation}`, { method: "POST" }),
          call(`GraniteServiceVersion20100801.${operation}`, "{}"),
          call(`AmazonSQS.${operation}`, "{}"),
          call(`DynamoDB_20120810.${operation}`, "{}"),
          call(operation, "{}"),
          ...["lambda", "s3"].map((service) =>
            fetch(`${store.url}/${operation}?${operation}`, {
              method: "PUT",
              headers: { authorization: signedFor(service) },
            }),
          ),
        ]);
        await Promise.all(responses.map((response) => response.arrayBuffer()));

        const unlucky = responses.filter(({ status }) => ![400, 404, 501].includes(status));
        expect(unlucky.map(({ status }) => status)).toEqual([]);
      }),
    );
    expect(await isAlive()).toBe(true);
  });
});

describe("DynamoDB", () => {
  it.each(["null", " null", "5", '"text"', "[]", "nothing"])("refuses the body %j, and goes on", async (body) => {
    const response = await call("DynamoDB_20120810.GetItem", body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: expect.stringContaining("SerializationException") });
    expect(await isAlive()).toBe(true);
  });

  it.each([
    {
      where: "before it reads",
      operation: "PutItem",
      input: { TableName: "records", Item: { pk: { S: "1" }, a: null } },
    },
    {
      where: "after it has read",
      operation: "TagResource",
      input: { ResourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/records", Tags: [null] },
    },
  ])("fails at null where a value must be, $where, and goes on", async ({ operation, input }) => {
    const response = await call(`DynamoDB_20120810.${operation}`, JSON.stringify(input));

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining("cannot cope with this: TypeError"),
    });
    expect(await isAlive()).toBe(true);
  });

  it("fails at an item that is too deep for it, and goes on", async () => {
    const depth = 20_000;
    const deep = `${'{"L":['.repeat(depth)}{"S":"x"}${"]}".repeat(depth)}`;

    const response = await call(
      "DynamoDB_20120810.PutItem",
      `{"TableName":"records","Item":{"pk":{"S":"1"},"deep":${deep}}}`,
    );

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ __type: "InternalFailure" });
    expect(await isAlive()).toBe(true);
  });
});

describe("CloudWatch", () => {
  it("fails at what it cannot read, and goes on", async () => {
    const StateReason = { toString: 1 };

    const response = await call(
      "GraniteServiceVersion20100801.SetAlarmState",
      JSON.stringify({ AlarmName: StateReason, StateValue: "OK", StateReason: "r" }),
    );

    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      __type: "InternalFailure",
      message: expect.stringContaining("a local run cannot cope with this: TypeError"),
    });
    expect(await isAlive()).toBe(true);
  });
});
