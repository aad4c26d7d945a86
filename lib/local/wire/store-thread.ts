import { createServer, type Server } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { isSluiceError } from "../../core/errors.ts";
import { Alarms } from "../alarms.ts";
import { LOOPBACK } from "../aws.ts";
import { every, systemClock } from "../clock.ts";
import { openDataFolder } from "../data/data-folder.ts";
import type { FaultPlan } from "../faults/fault-plan.ts";
import { StoreFaults } from "../faults/store-faults.ts";
import { MetricStore } from "../metrics.ts";
import { answerCloudWatch } from "./cloudwatch-protocols.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { answerAws } from "./endpoint.ts";
import { answerLambda } from "./lambda.ts";
import type { FromStore, LambdaAnswer, LambdaCall, QueueMessage, StoreRequest, ToStore } from "./messages.ts";
import { answerS3 } from "./s3.ts";
import { openSqs, queueUrls, type Sqs } from "./sqs.ts";
import { openSqsPersistence } from "./sqs-persistence.ts";

/** The thread that holds all data of a run, and answers AWS's calls on one port of the loopback interface. */

/** Longer than any client keeps a connection unused, so that none is closed under a request. */
const KEEP_ALIVE_MS = 600_000;
const DEPTHS_EVERY_MS = 200;
const METRICS_EVERY_MS = 1_000;
const METRICS_KEPT_MS = 15 * 60_000;

const send = (message: FromStore): void => parentPort?.postMessage(message);

/** Calls of Lambda that the main thread is to answer. */
const lambdaCalls = new Map<number, (answer: LambdaAnswer) => void>();
let lastCallId = 0;

const handOver = (call: LambdaCall): Promise<LambdaAnswer> => {
  lastCallId += 1;
  const { promise, resolve } = Promise.withResolvers<LambdaAnswer>();
  lambdaCalls.set(lastCallId, resolve);
  send({ kind: "lambda-call", id: lastCallId, call });
  return promise;
};

const serve = async (port: number, dataFolder: string | undefined, plan: FaultPlan | undefined): Promise<void> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const metrics = new MetricStore(METRICS_KEPT_MS);
  const alarms = new Alarms({
    metrics,
    clock: systemClock,
    onChange: (change) => send({ kind: "alarm-changed", change }),
    onNotice: (notice) => send({ kind: "alarm-notice", notice }),
  });
  const folder = dataFolder === undefined ? undefined : openDataFolder(dataFolder);
  const persistence = folder === undefined ? undefined : await openSqsPersistence(folder.messages);
  const dynamoDb = await openDynamoDb(folder?.tables);
  const sqs = await openSqs(() => portOf(server), systemClock.nowMs);
  const { listener } = sqs;
  const services = answerAws({
    sqs: listener,
    dynamoDb: dynamoDb.listener,
    s3: answerS3(listener),
    lambda: answerLambda(handOver),
    cloudWatch: answerCloudWatch({ metrics, alarms, clock: systemClock }),
  });
  const faults = plan === undefined ? undefined : openFaults(plan);
  await listen(server, port);
  persistence?.load(sqs.stores, queueUrls(portOf(server)));
  server.on("request", faults === undefined ? services : faults.disturb(services, () => portOf(server)));
  const found = persistence && { ...persistence.count(), records: await dynamoDb.countItems() };
  const timers = [
    every(systemClock, DEPTHS_EVERY_MS, () => send({ kind: "depths", depths: sqs.depths() })),
    every(systemClock, METRICS_EVERY_MS, () => metrics.add(sqs.sample())),
  ];
  const stop = async (): Promise<void> => {
    for (const cancel of timers) cancel();
    alarms.stop();
    server.close();
    server.closeAllConnections();
    await sqs.close();
    persistence?.close();
    await dynamoDb.close();
    folder?.close();
  };
  parentPort?.on("message", (message: ToStore) => {
    if (message.kind === "wake") sqs.wake();
    else if (message.kind === "metrics") metrics.add(message.points);
    else if (message.kind === "alarms") alarms.watch(message.alarms);
    else if (message.kind === "lambda-answer") endLambdaCall(message.id, message.answer);
    else if (message.kind === "end-faults") faults?.end();
    else void answer(message.id, perform(sqs, message.request, stop, faults));
  });
  send({ kind: "listening", port: portOf(server), found });
};

const endLambdaCall = (id: number, answer: LambdaAnswer): void => {
  lambdaCalls.get(id)?.(answer);
  lambdaCalls.delete(id);
};

const openFaults = (plan: FaultPlan): StoreFaults =>
  new StoreFaults(plan, {
    onFault: (name, where) => send({ kind: "fault", name, where }),
    crash: (environment) => send({ kind: "crash", environment }),
  });

const perform = async (
  sqs: Sqs,
  request: StoreRequest,
  stop: () => Promise<void>,
  faults: StoreFaults | undefined,
): Promise<readonly QueueMessage[]> => {
  switch (request.kind) {
    case "receive": {
      const { queueName, maxMessages, waitMs } = request;
      if (faults !== undefined) return await faults.messages.receive(sqs, queueName, maxMessages, waitMs);
      return await sqs.receive(queueName, maxMessages, waitMs);
    }
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
  await serve(Number(workerData.port), workerData.dataFolder, workerData.faults);
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  send({ kind: "failed", code, message: messageOf(error), hint: isSluiceError(error) ? error.hint : undefined });
}
