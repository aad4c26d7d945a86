import type { RequestListener } from "node:http";
import { buildApp } from "fauxqs";
import { ACCOUNT_ID, LOOPBACK, REGION } from "../aws.ts";
import type { MetricPoint } from "../metrics.ts";
import { keepMessageGroups } from "./message-groups.ts";
import type { QueueDepth, QueueMessage } from "./messages.ts";
import { depthOf, queueMetrics } from "./queue-depth.ts";
import { watchTraffic } from "./queue-traffic.ts";
import { newStores, type SqsQueue } from "./sqs-stores.ts";

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

/** SQS in memory: fauxqs for the wire, and its store for who lives in the same thread. */
export type Sqs = {
  readonly listener: RequestListener;
  /** Receives as SQS does, waiting until there is a message or the time is over. */
  receive(queueName: string, maxMessages: number, waitMs: number): Promise<readonly QueueMessage[]>;
  remove(queueName: string, receiptHandles: readonly string[]): void;
  /** Ends all waiting. */
  wake(): void;
  /** Counts all queues' messages; fauxqs's own answers are as fresh as the last call. */
  depths(): readonly QueueDepth[];
  /** What happened since the last call and what is there, as AWS's metrics of each queue. */
  sample(): readonly MetricPoint[];
  close(): Promise<void>;
};

/** @param portOf the port of the endpoint, once it listens */
export const openSqs = async (portOf: () => number, nowMs: () => number): Promise<Sqs> => {
  const stores = await newStores();
  const store = stores.sqsStore;
  // fauxqs would name hosts that do not resolve.
  store.buildQueueUrl = (name) => `http://${LOOPBACK}:${portOf()}/${ACCOUNT_ID}/${name}`;
  const seeSend = keepMessageGroups(store);
  const traffic = watchTraffic(store);
  const app = buildApp({ logger: false, defaultRegion: REGION, stores });
  app.addHook("preHandler", (request, _reply, done) => {
    if (String(request.headers["x-amz-target"]).startsWith("AmazonSQS.SendMessage")) seeSend(request.body);
    done();
  });
  await app.ready();
  let wakes = 0;

  const queueOf = (name: string): SqsQueue => {
    const queue = store.getQueueByName(name);
    if (queue === undefined) throw new Error(`queue ${name} does not exist`);
    return queue;
  };
  const take = (queue: SqsQueue, maxMessages: number): readonly QueueMessage[] =>
    queue.dequeue(maxMessages, undefined, (arn) => store.getQueueByArn(arn)).map((got) => messageOf(queue, got));

  return {
    listener: (request, response) => app.routing(request, response),
    receive: async (queueName, maxMessages, waitMs) => {
      const queue = queueOf(queueName);
      const deadlineMs = nowMs() + waitMs;
      const wakesBefore = wakes;
      let messages = take(queue, maxMessages);
      // One message wakes all that wait: those who come too late wait on.
      while (messages.length === 0 && wakes === wakesBefore && nowMs() < deadlineMs) {
        await queue.waitForMessages((deadlineMs - nowMs()) / 1_000);
        messages = take(queue, maxMessages);
      }
      return messages;
    },
    remove: (queueName, receiptHandles) => {
      const queue = queueOf(queueName);
      for (const receiptHandle of receiptHandles) queue.deleteMessage(receiptHandle);
    },
    wake: () => {
      wakes += 1;
      store.shutdown();
    },
    depths: () => [...store.allQueues()].map(depthOf),
    sample: () =>
      [...store.allQueues()].flatMap((queue) => queueMetrics(depthOf(queue), traffic.take(queue.name), nowMs())),
    close: async () => {
      await app.close();
    },
  };
};

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
