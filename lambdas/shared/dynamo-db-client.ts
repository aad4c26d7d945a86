import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AWS_TRANSPORT } from "./aws-transport.ts";

export const dynamoDbClient = (): DynamoDBClient => new DynamoDBClient(AWS_TRANSPORT);
