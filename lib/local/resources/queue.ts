import { arnOf } from "../aws.ts";
import { nameOf, numberOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, fields, honoured, inert } from "./treatment.ts";

const encryption = differs("messages are kept in memory, as they are");

/** What `CreateQueue` takes under the same name. */
const ATTRIBUTES = [
  "ContentBasedDeduplication",
  "DelaySeconds",
  "FifoQueue",
  "KmsMasterKeyId",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "ReceiveMessageWaitTimeSeconds",
  "RedriveAllowPolicy",
  "RedrivePolicy",
  "SqsManagedSseEnabled",
  "VisibilityTimeout",
] as const;

export const queue: ResourceType = {
  type: "AWS::SQS::Queue",
  properties: {
    QueueName: honoured,
    ContentBasedDeduplication: honoured,
    DelaySeconds: honoured,
    FifoQueue: honoured,
    MaximumMessageSize: honoured,
    ReceiveMessageWaitTimeSeconds: honoured,
    RedrivePolicy: fields({ deadLetterTargetArn: honoured, maxReceiveCount: honoured }),
    VisibilityTimeout: honoured,
    MessageRetentionPeriod: differs("messages stay until they are deleted or the run stops"),
    RedriveAllowPolicy: differs("any queue may use it as its dead-letter queue"),
    KmsMasterKeyId: encryption,
    KmsDataKeyReusePeriodSeconds: encryption,
    SqsManagedSseEnabled: encryption,
    Tags: inert,
  },
  attributes: ["Arn", "QueueName", "QueueUrl"],
  differences: [
    { about: "fair queues", why: "messages come in the order they were sent, whatever their group" },
    { about: "messages in flight", why: "AWS's limit of 120,000 is not enforced" },
    { about: "ApproximateAgeOfOldestMessage", why: "it sees the front of the queue and what is in flight only" },
    { about: "dead-letter queue", why: "messages carry no DeadLetterQueueSourceArn, and cannot be moved back by SQS" },
  ],
  create: async (resource, { callAws, queues }) => {
    const name = nameOf(resource, "QueueName", 80);
    const attributes = ATTRIBUTES.flatMap((attribute) => {
      const value = resource.properties[attribute];
      if (value === undefined) return [];
      return [[attribute, typeof value === "object" ? JSON.stringify(value) : String(value)] as const];
    });
    const { QueueUrl: url } = await callAws("AmazonSQS.CreateQueue", {
      QueueName: name,
      Attributes: Object.fromEntries(attributes),
    });
    const arn = arnOf("sqs", name);
    queues.set(arn, { name, visibilityTimeoutSeconds: numberOf(resource, "VisibilityTimeout", 30) });
    return { ref: String(url), attributes: { Arn: arn, QueueName: name, QueueUrl: String(url) } };
  },
};
