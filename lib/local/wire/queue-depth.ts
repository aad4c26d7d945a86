import { type MetricPoint, pointOf } from "../metric-point.ts";
import type { QueueDepth } from "./messages.ts";
import type { QueueTraffic } from "./queue-traffic.ts";
import type { SqsQueue } from "./sqs-stores.ts";

/** SQS leaves messages that were received three times or more out of the age. */
const MAX_RECEIVES_FOR_AGE = 3;

/** Counts a queue's messages, exactly; the age looks at the front of the queue and at what is in flight only. */
export const depthOf = (queue: SqsQueue): QueueDepth => {
  // fauxqs moves timed-out and delayed messages only when somebody receives.
  queue.processTimers();
  const count = (name: Parameters<SqsQueue["getAttribute"]>[0]): number => Number(queue.getAttribute(name));
  let oldestSentAtMs = queue.messages[0]?.sentTimestamp;
  for (const { message } of queue.inflightMessages.values()) {
    if (message.approximateReceiveCount >= MAX_RECEIVES_FOR_AGE) continue;
    oldestSentAtMs = Math.min(oldestSentAtMs ?? message.sentTimestamp, message.sentTimestamp);
  }
  return {
    queueName: queue.name,
    visible: count("ApproximateNumberOfMessages"),
    inFlight: count("ApproximateNumberOfMessagesNotVisible"),
    delayed: count("ApproximateNumberOfMessagesDelayed"),
    oldestSentAtMs,
  };
};

/** Returns what CloudWatch shows of a queue. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetrics = (depth: QueueDepth, traffic: QueueTraffic, nowMs: number): readonly MetricPoint[] => {
  const ageMs = depth.oldestSentAtMs === undefined ? 0 : nowMs - depth.oldestSentAtMs;
  const values = {
    ApproximateNumberOfMessagesVisible: depth.visible,
    ApproximateNumberOfMessagesNotVisible: depth.inFlight,
    ApproximateNumberOfMessagesDelayed: depth.delayed,
    ApproximateAgeOfOldestMessage: Math.floor(ageMs / 1_000),
    NumberOfMessagesSent: traffic.sent,
    NumberOfMessagesReceived: traffic.received,
    NumberOfMessagesDeleted: traffic.deleted,
  };
  return Object.entries(values).map(([metric, value]) =>
    pointOf("AWS/SQS", metric, { QueueName: depth.queueName }, nowMs, value),
  );
};
