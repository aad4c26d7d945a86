import { SQSClient } from "@aws-sdk/client-sqs";
import { AWS_TRANSPORT } from "./aws-transport.ts";

/** Apart from DynamoDB's: a worker loads this one only when a message needs it. */
export const sqsClient = (): SQSClient => new SQSClient(AWS_TRANSPORT);
