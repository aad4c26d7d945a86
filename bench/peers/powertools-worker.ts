import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { answer } from "./jobs/answer.ts";

/*
 * The worker that one writes with Powertools for AWS Lambda, put together as its pages on batch processing and on
 * idempotency say: every setting is left at its default but the key, which is the job's id.
 *
 * @see https://docs.powertools.aws.dev/lambda/typescript/latest/features/idempotency/
 */

const processor = new BatchProcessor(EventType.SQS);
const config = new IdempotencyConfig({ eventKeyJmesPath: "powertools_json(body).id" });
const persistenceStore = new DynamoDBPersistenceLayer({ tableName: process.env.IDEMPOTENCY_TABLE ?? "" });

const work = makeIdempotent(async ({ body }: SQSRecord) => await answer(JSON.parse(body).input), {
  persistenceStore,
  config,
});

export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  config.registerLambdaContext(context);
  return await processPartialResponse(event, work, processor, { context });
};
