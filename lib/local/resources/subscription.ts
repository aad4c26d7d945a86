import { invalid, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { cases, differs, honoured, inert } from "./treatment.ts";

const email = differs("no e-mail leaves this machine: what it would say is an event of the run, and printed");

export const subscription: ResourceType = {
  type: "AWS::SNS::Subscription",
  properties: {
    Endpoint: honoured,
    Protocol: cases({ email, "email-json": email }),
    Region: inert,
    TopicArn: honoured,
  },
  attributes: ["Arn"],
  create: (resource, { topics }) => {
    const topicArn = textOf(resource, "TopicArn");
    const topic = topics.get(topicArn);
    if (topic === undefined) throw invalid(resource, "TopicArn", "be the ARN of a topic of this app", topicArn);
    topics.set(topicArn, { ...topic, subscribers: [...topic.subscribers, textOf(resource, "Endpoint")] });
    const arn = `${topicArn}:${resource.logicalId}`;
    return { ref: arn, attributes: { Arn: arn } };
  },
};
