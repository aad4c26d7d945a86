import type { GuardedFunction, GuardedMapping, GuardedQueue } from "../core/template-guards.ts";

type Properties = Readonly<Record<string, unknown>>;

/** Resources of a template, by logical id. */
export type TemplateResources = Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;

/** What CloudFormation takes where a template says nothing. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
const QUEUE_DEFAULTS = { visibilitySeconds: 30, retentionSeconds: 345_600 } as const;
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const FUNCTION_TIMEOUT_SECONDS = 3;
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
const MAPPING_DEFAULTS = { batchSize: 10, batchWindowSeconds: 0, pollers: 200 } as const;

/** Reads a queue, and its dead-letter queue where the template has it. */
export const queueOf = (template: TemplateResources, properties: Properties): GuardedQueue => {
  const { visibilitySeconds, retentionSeconds } = QUEUE_DEFAULTS;
  const redrive = objectOf(properties.RedrivePolicy);
  const deadLetters = referredTo(template, redrive?.deadLetterTargetArn, "AWS::SQS::Queue");
  return {
    visibilitySeconds: numberOf(properties.VisibilityTimeout, visibilitySeconds),
    retentionSeconds: numberOf(properties.MessageRetentionPeriod, retentionSeconds),
    maxReceiveCount: numberOf(redrive?.maxReceiveCount, undefined),
    deadLetterRetentionSeconds: deadLetters && numberOf(deadLetters.MessageRetentionPeriod, retentionSeconds),
  };
};

/** Reads a mapping, with its function and queue where the template has them; undefined where its source is no queue of this template. */
export const mappingOf = (template: TemplateResources, properties: Properties): GuardedMapping | undefined => {
  const queue = referredTo(template, properties.EventSourceArn, "AWS::SQS::Queue");
  if (queue === undefined) return undefined;
  const lambda = referredTo(template, properties.FunctionName, "AWS::Lambda::Function");
  const pollers = objectOf(properties.ProvisionedPollerConfig);
  const responses = properties.FunctionResponseTypes;
  return {
    queue: queueOf(template, queue),
    functionTimeoutSeconds: lambda && numberOf(lambda.Timeout, FUNCTION_TIMEOUT_SECONDS),
    reservedConcurrency: numberOf(lambda?.ReservedConcurrentExecutions, undefined),
    batchSize: numberOf(properties.BatchSize, MAPPING_DEFAULTS.batchSize),
    batchWindowSeconds: numberOf(properties.MaximumBatchingWindowInSeconds, MAPPING_DEFAULTS.batchWindowSeconds),
    limit: numberOf(objectOf(properties.ScalingConfig)?.MaximumConcurrency, undefined),
    pollers: pollers && numberOf(pollers.MaximumPollers, MAPPING_DEFAULTS.pollers),
    reportsItemFailures: Array.isArray(responses) && responses.includes("ReportBatchItemFailures"),
  };
};

/** Reads a function. */
export const functionOf = (properties: Properties): GuardedFunction => {
  const variables = Object.entries(objectOf(objectOf(properties.Environment)?.Variables) ?? {});
  return { environmentBytes: variables.reduce((sum, [name, value]) => sum + name.length + bytesOf(value), 0) };
};

/** A queue's URL, which is the longest of the common ones, in a stack of this project. */
const REFERENCE_BYTES = 100;

const bytesOf = (value: unknown): number => {
  const joined = objectOf(value)?.["Fn::Join"];
  if (Array.isArray(joined)) return [joined[1]].flat().reduce((sum: number, part) => sum + bytesOf(part), 0);
  return typeof value === "object" ? REFERENCE_BYTES : Buffer.byteLength(String(value));
};

const objectOf = (value: unknown): Properties | undefined =>
  typeof value === "object" && value !== null ? (value as Properties) : undefined;

/** A parameter or another reference is known at deployment only. */
const numberOf = <Fallback>(value: unknown, fallback: Fallback): number | Fallback | undefined => {
  if (value === undefined) return fallback;
  return typeof value === "object" || value === "" || !Number.isFinite(Number(value)) ? undefined : Number(value);
};

/** Returns the properties of the resource that a `Ref` or `Fn::GetAtt` names, if it is of this type. */
const referredTo = (template: TemplateResources, reference: unknown, type: string): Properties | undefined => {
  const { Ref: ref, "Fn::GetAtt": attribute } = objectOf(reference) ?? {};
  const logicalId = ref ?? (Array.isArray(attribute) ? attribute[0] : String(attribute ?? "").split(".")[0]);
  const resource = template[String(logicalId)];
  return resource?.Type === type ? (resource.Properties ?? {}) : undefined;
};
