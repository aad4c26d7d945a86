import { type JsonObject, resourcesOf } from "./json.ts";

/** Types of resources that hold what a deployment cannot make again. Their logical ids are promised. */
const STATEFUL = [
  "AWS::DynamoDB::GlobalTable",
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
  "AWS::SQS::Queue",
  "AWS::SNS::Topic",
];

/**
 * Properties that CloudFormation can change only by making another resource in the place of the first.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  "AWS::DynamoDB::GlobalTable": ["TableName", "KeySchema", "LocalSecondaryIndexes"],
  "AWS::S3::Bucket": ["BucketName", "BucketNamePrefix", "BucketNamespace", "ObjectLockEnabled"],
  "AWS::SecretsManager::Secret": ["Name"],
  "AWS::SQS::Queue": ["QueueName", "FifoQueue"],
  "AWS::SNS::Topic": ["TopicName", "FifoTopic"],
  "AWS::Logs::LogGroup": ["LogGroupName"],
  "AWS::ApiGatewayV2::Api": ["ProtocolType"],
};

/** What is lost with a resource that is no longer there, or another one. */
export const lossOf = (type: string): string | undefined => {
  if (STATEFUL.includes(type)) return "it holds state";
  if (type === "AWS::Logs::LogGroup") return "it holds logs";
  if (/^AWS::ApiGateway(V2)?::(Api|RestApi)$/.test(type)) return "clients know its URL";
  return undefined;
};

/** Lists the logical ids of all that holds state, by type and then by name. */
export const statefulIdsOf = (template: JsonObject): readonly string[] => {
  const resources = Object.entries(resourcesOf(template));
  return STATEFUL.flatMap((type) =>
    resources
      .filter(([, { Type }]) => Type === type)
      .map(([id]) => id)
      .sort(),
  );
};

/** Tells whether a change of a top-level property makes another resource. */
export const isFixed = (type: string, property: string): boolean => FIXED[type]?.includes(property) ?? false;
