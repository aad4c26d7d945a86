import { createServer, type Server } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { LOOPBACK } from "../aws.ts";
import { every, systemClock } from "../clock.ts";
import { MetricStore } from "../metrics.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { answerAws } from "./endpoint.ts";
import type { FromStore, QueueMessage, StoreRequest, ToStore } from "./messages.ts";
import { openSqs, type Sqs } from "./sqs.ts";

/** The thread that holds all data of a run, and answers AWS's calls on one port of the loopback interface. */

/** Longer than any client keeps a connection unused, so that none is closed under a request. */
const KEEP_ALIVE_MS = 600_000;
const DEPTHS_EVERY_MS = 200;
const METRICS_EVERY_MS = 1_000;
const METRICS_KEPT_MS = 15 * 60_000;

const send = (message: FromStore): void => parentPort?.postMessage(message);

const serve = async (port: number): Promise<void> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const metrics = new MetricStore(METRICS_KEPT_MS);
  const sqs = await openSqs(() => portOf(server), systemClock.nowMs);
  server.on("request", answerAws({ sqs: sqs.listener, dynamoDb: openDynamoDb(), metrics }));
  await listen(server, port);
  const timers = [
    every(systemClock, DEPTHS_EVERY_MS, () => send({ kind: "depths", depths: sqs.depths() })),
    every(systemClock, METRICS_EVERY_MS, () => metrics.add(sqs.sample())),
  ];
  const stop = async (): Promise<void> => {
    for (const cancel of timers) cancel();
    server.close();
    server.closeAllConnections();
    await sqs.close();
  };
  parentPort?.on("message", (message: ToStore) => {
    if (message.kind === "wake") sqs.wake();
    else if (message.kind === "metrics") metrics.add(message.points);
    else void answer(message.id, perform(sqs, message.request, stop));
  });
  send({ kind: "listening", port: portOf(server) });
};

const perform = async (
  sqs: Sqs,
  request: StoreRequest,
  stop: () => Promise<void>,
): Promise<readonly QueueMessage[]> => {
  switch (request.kind) {
    case "receive":
      return await sqs.receive(request.queueName, request.maxMessages, request.waitMs);
    case "delete":
      sqs.remove(request.queueName, request.receiptHandles);
      return [];
    case "stop":
      await stop();
      return [];
  }
};

const answer = async (id: number, result: Promise<readonly QueueMessage[]>): Promise<void> => {
  try {
    send({ kind: "answer", id, messages: await result });
  } catch (error) {
    send({ kind: "refusal", id, message: messageOf(error) });
  }
};

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, LOOPBACK, () => {
      server.off("error", reject);
      resolve();
    });
  });

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  await serve(Number(workerData.port));
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  send({ kind: "failed", code, message: messageOf(error) });
}
