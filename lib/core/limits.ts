/** The limits of AWS that Sluice leans on. Each is AWS's own number, with the page that states it. */

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_MESSAGE_BYTES = 1_048_576;
/** Messages in one batch call. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_BATCH_ENTRIES = 10;
/** Bytes of all messages of one batch call together. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_BATCH_BYTES = 1_048_576;
/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_VISIBILITY_SECONDS = 43_200;
/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_DELAY_SECONDS = 900;
/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const SQS_MAX_RETENTION_DAYS = 14;
/** Receives after which SQS moves a message to the dead-letter queue: the most it can be told. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
export const SQS_MAX_RECEIVE_COUNT = 1_000;
/** Attributes of one message. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export const SQS_MAX_MESSAGE_ATTRIBUTES = 10;
/** Received and not yet deleted messages of a standard queue. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const SQS_MAX_IN_FLIGHT = 120_000;
/** The longest that one receive waits. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const SQS_MAX_WAIT_SECONDS = 20;
/** A `MessageGroupId`. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export const SQS_MAX_GROUP_ID_LENGTH = 128;

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_MAX_TIMEOUT_SECONDS = 900;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_MEMORY_MIB = { min: 128, max: 10_240 } as const;
/** All environment variables of a function together. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_MAX_ENVIRONMENT_BYTES = 4_096;
/** Request and response of a synchronous invocation. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const LAMBDA_MAX_PAYLOAD_BYTES = 6_291_456;

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export const ESM_BATCH_SIZE = { min: 1, max: 10_000, maxWithoutWindow: 10 } as const;
/** @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html */
export const ESM_MAX_WINDOW_SECONDS = 300;
/** Invocations at once that a mapping reaches where nothing limits it. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const ESM_STANDARD_CEILING = 1_250;
/** The range of `MaximumConcurrency`. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
export const ESM_MAXIMUM_CONCURRENCY = { min: 2, max: 1_000 } as const;
/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const ESM_PROVISIONED_POLLERS = { min: { min: 2, max: 200 }, max: { min: 2, max: 2_000 } } as const;

/** Invocations that one paid poller keeps going at once. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const ESM_INVOCATIONS_PER_POLLER = 10;

/** An HTTP API's request body. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const HTTP_API_MAX_BODY_BYTES = 10_485_760;

/** One write unit of DynamoDB. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
export const DYNAMODB_WRITE_UNIT_BYTES = 1_024;
/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
export const DYNAMODB_MAX_ITEM_BYTES = 409_600;
/** Writes a second that one partition, and so one key, can take. @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html */
export const DYNAMODB_PARTITION_WRITES_PER_SECOND = 1_000;

/** Above this many bytes of JSON an input or result goes to the payload bucket: ours, so that ten messages fit an invocation, and a dead job with its input and history one item of DynamoDB. */
export const INLINE_PAYLOAD_BYTES = 262_144;
/** The most that a job's input or result may take as JSON, in bytes: half of what an invocation takes, because each byte may need escaping there. */
export const MAX_INPUT_BYTES = 3_145_728;
export const MAX_RESULT_BYTES = 3_145_728;
