import { createServer, type RequestListener, type Server } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { isSluiceError } from "../../core/errors.ts";
import { Alarms } from "../alarms.ts";
import { LOOPBACK } from "../aws.ts";
import { every, systemClock } from "../clock.ts";
import { openDataFolder } from "../data/data-folder.ts";
import type { FaultPlan } from "../faults/fault-plan.ts";
import { StoreFaults } from "../faults/store-faults.ts";
import { onlyLocalCallers } from "../local-callers.ts";
import { MetricStore } from "../metrics.ts";
import { MovableClock, type PassedTime } from "../movable-clock.ts";
import { answerCloudWatch } from "./cloudwatch-protocols.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { answerAws, refuseForeignCall } from "./endpoint.ts";
import { answerLambda } from "./lambda.ts";
import type { FromStore, LambdaAnswer, LambdaCall, QueueMessage, StoreRequest, ToStore } from "./messages.ts";
import { answerS3 } from "./s3.ts";
import { openSqs, queueUrls, type Sqs } from "./sqs.ts";
import { openSqsPersistence } from "./sqs-persistence.ts";
import { countThrottles } from "./table-throttles.ts";

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

type StoreData = {
  readonly port: number;
  readonly dataFolder?: string;
  readonly faults?: FaultPlan;
  /** Of a run whose time can be moved. */
  readonly passed?: PassedTime;
};

const serve = async ({ port, dataFolder, faults: plan, passed }: StoreData): Promise<void> => {
  const movable = passed === undefined ? undefined : new MovableClock(passed);
  const clock = movable ?? systemClock;
  // fauxqs knows no other clock: ages, visibility and delays of messages go by it.
  if (movable !== undefined) Date.now = () => movable.nowMs();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const metrics = new MetricStore(METRICS_KEPT_MS);
  const alarms = new Alarms({
    metrics,
    clock,
    onChange: (change) => send({ kind: "alarm-changed", change }),
    onNotice: (notice) => send({ kind: "alarm-notice", notice }),
  });
  const folder = dataFolder === undefined ? undefined : openDataFolder(dataFolder);
  const persistence = folder === undefined ? undefined : await openSqsPersistence(folder.messages);
  const dynamoDb = await openDynamoDb(folder?.tables);
  const sqs = await openSqs(
    () => portOf(server),
    () => clock.nowMs(),
  );
  const { listener } = sqs;
  const services = answerAws({
    sqs: listener,
    dynamoDb: dynamoDb.listener,
    s3: answerS3(listener),
    lambda: answerLambda(handOver),
    cloudWatch: answerCloudWatch({ metrics, alarms, clock }),
  });
  const faults = plan === undefined ? undefined : openFaults(plan);
  // Nothing else throttles a table here.
  const disturbed = (calm: RequestListener): RequestListener => {
    const services = faults?.disturb(calm, () => portOf(server)) ?? calm;
    return countThrottles(
      services,
      () => clock.nowMs(),
      (points) => metrics.add(points),
    );
  };
  await listen(server, port);
  persistence?.load(sqs.stores, queueUrls(portOf(server)));
  server.on("request", onlyLocalCallers(faults === undefined ? services : disturbed(services), refuseForeignCall));
  const found = persistence && { ...persistence.count(), records: await dynamoDb.countItems() };
  const timers = [
    every(systemClock, DEPTHS_EVERY_MS, () => send({ kind: "depths", depths: sqs.depths() })),
    every(clock, METRICS_EVERY_MS, () => metrics.add(sqs.sample())),
  ];
  const pass = (ms: number): void => {
    metrics.add(sqs.sample());
    movable?.pass(ms);
  };
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
    else void answer(message.id, perform(sqs, message.request, { stop, pass, faults }));
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

type Performing = {
  readonly stop: () => Promise<void>;
  readonly pass: (ms: number) => void;
  readonly faults: StoreFaults | undefined;
};

const perform = async (
  sqs: Sqs,
  request: StoreRequest,
  { stop, pass, faults }: Performing,
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
    case "pass":
      pass(request.ms);
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
  await serve(workerData);
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  send({ kind: "failed", code, message: messageOf(error), hint: isSluiceError(error) ? error.hint : undefined });
}
