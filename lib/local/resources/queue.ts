import { arnOf } from "../aws.ts";
import type { World } from "../world.ts";
import { nameOf, numberOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, fields, honoured, inert } from "./treatment.ts";

const encryption = differs("messages are kept as they are, unencrypted");

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
    MessageRetentionPeriod: differs("messages stay until they are deleted"),
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
    const url = await putQueue(callAws, name, Object.fromEntries(attributes));
    const arn = arnOf("sqs", name);
    queues.set(arn, { name, visibilityTimeoutSeconds: numberOf(resource, "VisibilityTimeout", 30) });
    return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
  },
};

/** What a queue has of which its template says nothing. */
const DEFAULTS = {
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  RedrivePolicy: "",
  VisibilityTimeout: "30",
} as const;

/** Makes a queue, or gives the one that an earlier run has left the attributes that it has now. */
const putQueue = async (
  callAws: World["callAws"],
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<string> => {
  const { QueueUrls: urls } = await callAws("AmazonSQS.ListQueues", { QueueNamePrefix: name });
  const kept = (Array.isArray(urls) ? urls : []).map(String).find((url) => url.endsWith(`/${name}`));
  if (kept === undefined) {
    const { QueueUrl: made } = await callAws("AmazonSQS.CreateQueue", { QueueName: name, Attributes: attributes });
    return String(made);
  }
  const unsaid = name.endsWith(".fifo") ? { ...DEFAULTS, ContentBasedDeduplication: "false" } : DEFAULTS;
  await callAws("AmazonSQS.SetQueueAttributes", { QueueUrl: kept, Attributes: { ...unsaid, ...attributes } });
  return kept;
};
