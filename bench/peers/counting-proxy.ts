import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

const WRITES = ["PutItem", "UpdateItem", "DeleteItem"];

export type Counts = { readonly calls: number; readonly writes: number; readonly writeUnits: number };

export type CountingProxy = { readonly url: string; readonly counts: () => Counts; readonly stop: () => void };

/** Stands before the embedded DynamoDB and counts what passes: a bundle's own clients cannot be reached. */
export const startCountingProxy = async (awsUrl: string): Promise<CountingProxy> => {
  let counts: Counts = { calls: 0, writes: 0, writeUnits: 0 };
  const server = createServer(async (request, response) => {
    const target = String(request.headers["x-amz-target"]);
    const input = (await json(request)) as object;
    const answer = await fetch(awsUrl, {
      method: "POST",
      headers: {
        "content-type": String(request.headers["content-type"]),
        "x-amz-target": target,
        "x-amz-date": String(request.headers["x-amz-date"]),
        authorization: String(request.headers.authorization),
      },
      body: JSON.stringify({ ...input, ReturnConsumedCapacity: "TOTAL" }),
    });
    const text = await answer.text();
    const { ConsumedCapacity } = JSON.parse(text) as { ConsumedCapacity?: { CapacityUnits?: number } };
    const isWrite = WRITES.some((operation) => target.endsWith(`.${operation}`));
    counts = {
      calls: counts.calls + 1,
      writes: counts.writes + (isWrite ? 1 : 0),
      writeUnits: counts.writeUnits + (isWrite ? (ConsumedCapacity?.CapacityUnits ?? 0) : 0),
    };
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: () => counts,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
