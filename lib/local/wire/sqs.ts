import type { RequestListener } from "node:http";
import { buildApp } from "fauxqs";
import { ACCOUNT_ID, LOOPBACK, REGION } from "../aws.ts";
import type { MetricPoint } from "../metric-point.ts";
import { takeAllCharacters } from "./message-characters.ts";
import { keepMessageGroups } from "./message-groups.ts";
import type { QueueDepth, QueueMessage } from "./messages.ts";
import { depthOf, queueMetrics } from "./queue-depth.ts";
import { type TrafficCount, watchTraffic } from "./queue-traffic.ts";
import { newStores, type SqsQueue, type SqsStore, type SqsStores } from "./sqs-stores.ts";

/** The operations of SQS that fauxqs answers. */
export const SQS_OPERATIONS: readonly string[] = [
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "CreateQueue",
  "DeleteMessage",
  "DeleteMessageBatch",
  "DeleteQueue",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListQueueTags",
  "ListQueues",
  "PurgeQueue",
  "ReceiveMessage",
  "SendMessage",
  "SendMessageBatch",
  "SetQueueAttributes",
  "TagQueue",
  "UntagQueue",
];

/**
 * Opens SQS, and S3 beside it: fauxqs for the wire, and its store for who lives in the same thread.
 *
 * @param portOf the port of the endpoint, once it listens
 */
export const openSqs = async (portOf: () => number, nowMs: () => number): Promise<Sqs> => {
  const stores = await newStores();
  await takeAllCharacters();
  const store = stores.sqsStore;
  // fauxqs would name hosts that do not resolve.
  store.buildQueueUrl = (name) => `${queueUrls(portOf())}${name}`;
  const seeSend = keepMessageGroups(store);
  const traffic = watchTraffic(store);
  const app = buildApp({ logger: false, defaultRegion: REGION, stores });
  app.addHook("preHandler", (request, _reply, done) => {
    if (String(request.headers["x-amz-target"]).startsWith("AmazonSQS.SendMessage")) seeSend(request.body);
    done();
  });
  await app.ready();
  return new Sqs(app, stores, traffic, nowMs);
};

/** What the address of every queue begins with. */
export const queueUrls = (port: number): string => `http://${LOOPBACK}:${port}/${ACCOUNT_ID}/`;

/** SQS, beside and behind the wire. */
export class Sqs {
  /** What fauxqs keeps. */
  readonly stores: SqsStores;
  readonly #app: ReturnType<typeof buildApp>;
  readonly #store: SqsStore;
  readonly #traffic: TrafficCount;
  readonly #nowMs: () => number;
  #wakes = 0;

  constructor(app: ReturnType<typeof buildApp>, stores: SqsStores, traffic: TrafficCount, nowMs: () => number) {
    this.#app = app;
    this.stores = stores;
    this.#store = stores.sqsStore;
    this.#traffic = traffic;
    this.#nowMs = nowMs;
  }

  get listener(): RequestListener {
    return (request, response) => this.#app.routing(request, response);
  }

  /** Receives as SQS does, waiting until there is a message or the time is over. */
  async receive(queueName: string, maxMessages: number, waitMs: number): Promise<readonly QueueMessage[]> {
    const queue = this.queueOf(queueName);
    const deadlineMs = this.#nowMs() + waitMs;
    const wakesBefore = this.#wakes;
    let messages = this.#take(queue, maxMessages);
    // One message wakes all that wait: those who come too late wait on.
    while (messages.length === 0 && this.#wakes === wakesBefore && this.#nowMs() < deadlineMs) {
      await queue.waitForMessages((deadlineMs - this.#nowMs()) / 1_000);
      messages = this.#take(queue, maxMessages);
    }
    return messages;
  }

  remove(queueName: string, receiptHandles: readonly string[]): void {
    const queue = this.queueOf(queueName);
    for (const receiptHandle of receiptHandles) queue.deleteMessage(receiptHandle);
  }

  /** Ends all waiting. */
  wake(): void {
    this.#wakes += 1;
    this.#store.shutdown();
  }

  /** Counts all queues' messages; fauxqs's own answers are as fresh as the last call. */
  depths(): readonly QueueDepth[] {
    return [...this.#store.allQueues()].map(depthOf);
  }

  /** Returns what happened since the last call and what is there, as AWS's metrics of each queue. */
  sample(): readonly MetricPoint[] {
    const nowMs = this.#nowMs();
    return [...this.#store.allQueues()].flatMap((queue) =>
      queueMetrics(depthOf(queue), this.#traffic.take(queue.name), nowMs),
    );
  }

  async close(): Promise<void> {
    await this.#app.close();
  }

  /** Returns a queue as fauxqs keeps it. */
  queueOf(name: string): SqsQueue {
    const queue = this.#store.getQueueByName(name);
    if (queue === undefined) throw new Error(`queue ${name} does not exist`);
    return queue;
  }

  #take(queue: SqsQueue, maxMessages: number): readonly QueueMessage[] {
    return queue
      .dequeue(maxMessages, undefined, (arn) => this.#store.getQueueByArn(arn))
      .map((received) => messageOf(queue, received));
  }
}

const messageOf = (queue: SqsQueue, received: ReturnType<SqsQueue["dequeue"]>[number]): QueueMessage => {
  const message = queue.inflightMessages.get(received.ReceiptHandle)?.message;
  const attributes = {
    ApproximateReceiveCount: message?.approximateReceiveCount,
    SentTimestamp: message?.sentTimestamp,
    SenderId: ACCOUNT_ID,
    ApproximateFirstReceiveTimestamp: message?.approximateFirstReceiveTimestamp,
    MessageGroupId: message?.messageGroupId,
    MessageDeduplicationId: message?.messageDeduplicationId,
    SequenceNumber: message?.sequenceNumber,
  };
  const known = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return {
    messageId: received.MessageId,
    receiptHandle: received.ReceiptHandle,
    body: received.Body,
    md5OfBody: received.MD5OfBody,
    md5OfMessageAttributes: received.MD5OfMessageAttributes,
    attributes: Object.fromEntries(known.map(([name, value]) => [name, String(value)])),
    messageAttributes: received.MessageAttributes ?? {},
  };
};
