import type { RequestListener } from "node:http";
import dynalite from "dynalite";

/** The operations of DynamoDB that dynalite answers. */
export const DYNAMODB_OPERATIONS: readonly string[] = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "DescribeTimeToLive",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
];

/** Returns DynamoDB in memory; tables are usable as soon as they are created. */
export const openDynamoDb = (): RequestListener => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  return (request, response) => {
    server.emit("request", request, response);
    // dynalite would end the thread when a client goes away in the middle of a request, as a killed function does.
    request.removeAllListeners("error");
    request.on("error", () => response.destroy());
  };
};
