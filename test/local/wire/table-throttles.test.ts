import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import type { MetricPoint } from "../../../lib/local/metric-point.ts";
import { answerJsonError } from "../../../lib/local/wire/aws-error.ts";
import { countThrottles } from "../../../lib/local/wire/table-throttles.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00Z");
const FULL = "ProvisionedThroughputExceededException";

/** Calls a DynamoDB that answers everything with a code. @returns what was counted */
const countOf = async (operation: string, input: object, code: string): Promise<readonly MetricPoint[]> => {
  const points: MetricPoint[] = [];
  const answer = countThrottles(
    async (request, response) => {
      for await (const _ of request);
      answerJsonError(response, { code, message: "no" });
    },
    () => NOW_MS,
    (more) => points.push(...more),
  );
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    method: "POST",
    headers: { "x-amz-target": `DynamoDB_20120810.${operation}` },
    body: JSON.stringify(input),
  });
  expect(await response.json()).toMatchObject({ __type: code });
  return points;
};

const point = (metric: string, dimensions: object): object =>
  expect.objectContaining({ namespace: "AWS/DynamoDB", metric, dimensions, atMs: NOW_MS, sum: 1 });

it.each([
  ["GetItem", "ReadThrottleEvents"],
  ["Query", "ReadThrottleEvents"],
  ["UpdateItem", "WriteThrottleEvents"],
])("counts a %s that is refused for want of capacity, for its table", async (operation, metric) => {
  expect(await countOf(operation, { TableName: "jobs" }, FULL)).toEqual([point(metric, { TableName: "jobs" })]);
});

it("counts a batch for each of its tables, and a query of an index for the index", async () => {
  const items = { RequestItems: { jobs: [], others: [] } };
  const query = { TableName: "jobs", IndexName: "dead" };

  expect(await countOf("BatchWriteItem", items, FULL)).toEqual([
    point("WriteThrottleEvents", { TableName: "jobs" }),
    point("WriteThrottleEvents", { TableName: "others" }),
  ]);
  expect(await countOf("Query", query, FULL)).toEqual([
    point("ReadThrottleEvents", { TableName: "jobs", GlobalSecondaryIndexName: "dead" }),
  ]);
});

it("counts no other refusal, and no call that is neither read nor write", async () => {
  expect(await countOf("UpdateItem", { TableName: "jobs" }, "ConditionalCheckFailedException")).toEqual([]);
  expect(await countOf("DescribeTable", { TableName: "jobs" }, FULL)).toEqual([]);
});
