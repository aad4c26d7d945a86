import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";

/*
 * Region, credentials and endpoint come from the environment, as Lambda or the run sets it. Short time-outs, because a
 * call that hangs costs a whole batch its time.
 */
const transport = { requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 }, maxAttempts: 4 };

export const dynamoDbClient = (): DynamoDBClient => new DynamoDBClient(transport);

export const sqsClient = (): SQSClient => new SQSClient(transport);
