import { type GuardFinding, type GuardRule, guard, when } from "./guard.ts";
import { ESM_BATCH_SIZE, ESM_INVOCATIONS_PER_POLLER, LAMBDA_MAX_ENVIRONMENT_BYTES } from "./limits.ts";

/** A number of a template; undefined where it is known at deployment only. */
type Known = number | undefined;

/** A queue as a template has it, CloudFormation's defaults filled in. */
export type GuardedQueue = {
  readonly visibilitySeconds: Known;
  readonly retentionSeconds: Known;
  /** Undefined without a dead-letter queue. */
  readonly maxReceiveCount: Known;
  /** Undefined without a dead-letter queue in the same template. */
  readonly deadLetterRetentionSeconds: Known;
};

/** An event source mapping of a queue as a template has it, with what its function and queue say where the template has them. */
export type GuardedMapping = {
  readonly queue: GuardedQueue | undefined;
  readonly functionTimeoutSeconds: Known;
  readonly reservedConcurrency: Known;
  readonly batchSize: Known;
  readonly batchWindowSeconds: Known;
  readonly limit: Known;
  /** The most paid pollers; undefined without any. */
  readonly pollers: Known;
  readonly reportsItemFailures: boolean;
};

// What is not known breaks no rule.
const isBelow = (value: Known, bound: Known): boolean => value !== undefined && bound !== undefined && value < bound;
const isAtMost = (value: Known, bound: Known): boolean => value !== undefined && bound !== undefined && value <= bound;

/** A function as a template has it. */
export type GuardedFunction = {
  /** Names and values of its variables, with references counted by what they usually come to. */
  readonly environmentBytes: number;
};

/** The rules of every queue. */
export const QUEUE_GUARDS: readonly GuardRule<GuardedQueue>[] = [
  {
    id: "dead-letter-retention",
    level: "refuse",
    field: "MessageRetentionPeriod",
    expectation: ({ deadLetterRetentionSeconds }) =>
      `be below the dead-letter queue's ${deadLetterRetentionSeconds} seconds`,
    remedy: "raise the dead-letter queue's to 1209600: a message's age goes on counting there",
    breachOf: ({ retentionSeconds, deadLetterRetentionSeconds }) =>
      when(isAtMost(deadLetterRetentionSeconds, retentionSeconds), retentionSeconds),
  },
  {
    id: "retention-under-visibility",
    level: "refuse",
    field: "MessageRetentionPeriod",
    expectation: ({ visibilitySeconds }) => `be above the visibility time-out of ${visibilitySeconds} seconds`,
    remedy: "raise it: a message whose first attempt was lost would be gone before the second",
    breachOf: ({ retentionSeconds, visibilitySeconds }) =>
      when(isAtMost(retentionSeconds, visibilitySeconds), retentionSeconds),
  },
];

/** The most invocations at once that a mapping's own settings allow; undefined where they set no bound. */
const ceilingOf = ({ limit, pollers }: GuardedMapping): Known =>
  limit ?? (pollers === undefined ? undefined : pollers * ESM_INVOCATIONS_PER_POLLER);

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const wantedVisibilityOf = ({ functionTimeoutSeconds, batchWindowSeconds }: GuardedMapping): Known =>
  functionTimeoutSeconds === undefined || batchWindowSeconds === undefined
    ? undefined
    : VISIBILITY_TIMES * functionTimeoutSeconds + batchWindowSeconds;
const VISIBILITY_TIMES = 6;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const LEAST_RECEIVES = 5;

/** The rules of every mapping of a queue. */
export const MAPPING_GUARDS: readonly GuardRule<GuardedMapping>[] = [
  {
    id: "visibility-under-timeout",
    level: "refuse",
    field: "EventSourceArn",
    expectation: ({ functionTimeoutSeconds }) =>
      `name a queue with a visibility time-out of at least the function's ${functionTimeoutSeconds} seconds`,
    remedy: "raise VisibilityTimeout: AWS refuses the mapping otherwise",
    breachOf: ({ queue, functionTimeoutSeconds }) =>
      when(isBelow(queue?.visibilitySeconds, functionTimeoutSeconds), queue?.visibilitySeconds),
  },
  {
    id: "visibility",
    level: "warn",
    field: "EventSourceArn",
    expectation: (mapping) =>
      `name a queue with a visibility time-out of at least ${VISIBILITY_TIMES} × the function's time-out + the window, ${wantedVisibilityOf(mapping)}`,
    remedy: "raise VisibilityTimeout: throttled batches are tried again meanwhile, and a message can run twice at once",
    breachOf: (mapping) =>
      when(
        isBelow(mapping.queue?.visibilitySeconds, wantedVisibilityOf(mapping)) &&
          !isBelow(mapping.queue?.visibilitySeconds, mapping.functionTimeoutSeconds),
        mapping.queue?.visibilitySeconds,
      ),
  },
  {
    id: "few-receives",
    level: "warn",
    field: "EventSourceArn",
    expectation: `name a queue that gives a message up after ${LEAST_RECEIVES} receives or more`,
    remedy: "raise maxReceiveCount: throttling alone would send good messages to the dead-letter queue",
    breachOf: ({ queue }) => when(isBelow(queue?.maxReceiveCount, LEAST_RECEIVES), queue?.maxReceiveCount),
  },
  {
    id: "limit-above-reserved",
    level: "refuse",
    field: "ScalingConfig",
    expectation: ({ reservedConcurrency }) =>
      `allow at most the function's reserved concurrency, ${reservedConcurrency}`,
    remedy: "lower MaximumConcurrency or MaximumPollers, or raise the reservation: what is above it is throttled",
    breachOf: (mapping) => when(isBelow(mapping.reservedConcurrency, ceilingOf(mapping)), ceilingOf(mapping)),
  },
  {
    id: "reserved-without-limit",
    level: "warn",
    field: "ScalingConfig",
    expectation: ({ reservedConcurrency }) =>
      `set a MaximumConcurrency where the function reserves ${reservedConcurrency}`,
    remedy: "set one below the reservation: without, Lambda receives more than may run, and throttles it",
    breachOf: (mapping) => when(mapping.reservedConcurrency !== undefined && ceilingOf(mapping) === undefined, null),
  },
  {
    id: "mapping-limit-with-pollers",
    level: "refuse",
    field: "ScalingConfig",
    expectation: "be left out where ProvisionedPollerConfig is set",
    remedy: `bound MaximumPollers instead: each poller runs up to ${ESM_INVOCATIONS_PER_POLLER} at once`,
    breachOf: ({ limit, pollers }) => when(limit !== undefined && pollers !== undefined, limit),
  },
  {
    id: "mapping-batch-without-window",
    level: "refuse",
    field: "BatchSize",
    expectation: `be at most ${ESM_BATCH_SIZE.maxWithoutWindow} without a window`,
    remedy: "set MaximumBatchingWindowInSeconds to 1 or more",
    breachOf: ({ batchSize, batchWindowSeconds }) =>
      when(isBelow(ESM_BATCH_SIZE.maxWithoutWindow, batchSize) && isBelow(batchWindowSeconds, 1), batchSize),
  },
  {
    id: "whole-batch-fails",
    level: "warn",
    field: "FunctionResponseTypes",
    expectation: 'be ["ReportBatchItemFailures"]',
    remedy: "set it and answer with batchItemFailures: else one failure repeats its batch and slows the polling",
    breachOf: ({ reportsItemFailures }) => when(!reportsItemFailures, null),
  },
];

/** The rules of every function. */
export const FUNCTION_GUARDS: readonly GuardRule<GuardedFunction>[] = [
  {
    id: "environment-too-long",
    level: "warn",
    field: "Environment",
    expectation: `come to at most ${LAMBDA_MAX_ENVIRONMENT_BYTES} bytes, Lambda's limit`,
    remedy: "use fewer job types or variables in one stage: the deployment is likely to fail",
    breachOf: ({ environmentBytes }) =>
      when(environmentBytes > LAMBDA_MAX_ENVIRONMENT_BYTES, `about ${environmentBytes}`),
  },
];

/** Applies the rules of a queue. */
export const guardQueue = (path: string, queue: GuardedQueue): readonly GuardFinding[] =>
  guard(path, queue, QUEUE_GUARDS);

/** Applies the rules of a mapping. */
export const guardMapping = (path: string, mapping: GuardedMapping): readonly GuardFinding[] =>
  guard(path, mapping, MAPPING_GUARDS);

/** Applies the rules of a function. */
export const guardFunction = (path: string, lambda: GuardedFunction): readonly GuardFinding[] =>
  guard(path, lambda, FUNCTION_GUARDS);
