import { arnOf } from "../aws.ts";
import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, honoured, inert, only } from "./treatment.ts";

export const topic: ResourceType = {
  type: "AWS::SNS::Topic",
  properties: {
    TopicName: honoured,
    DisplayName: inert,
    FifoTopic: only("false"),
    KmsMasterKeyId: differs("messages are not encrypted"),
    SignatureVersion: inert,
    Tags: inert,
    TracingConfig: inert,
  },
  attributes: ["TopicArn", "TopicName"],
  differences: [
    { about: "messages", why: "only alarms publish: each message is an event of the run, and SNS answers no calls" },
  ],
  create: (resource, { topics }) => {
    const name = nameOf(resource, "TopicName", 256);
    const arn = arnOf("sns", name);
    topics.set(arn, { arn, name, subscribers: [] });
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
};
