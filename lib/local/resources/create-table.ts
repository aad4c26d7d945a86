import { arnOf } from "../aws.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { World } from "../world.ts";
import { listOf, nameOf } from "./properties.ts";
import type { Created, Resource } from "./resource-type.ts";

/** Makes a table of what both kinds of tables say in the same words. */
export const createTable = async (resource: Resource, { callAws }: World): Promise<Created> => {
  const name = nameOf(resource, "TableName", 255);
  const globalIndexes = listOf(resource, "GlobalSecondaryIndexes").map(indexOf);
  const localIndexes = listOf(resource, "LocalSecondaryIndexes").map(indexOf);
  await callAws("DynamoDB_20120810.CreateTable", {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: listOf(resource, "AttributeDefinitions"),
    KeySchema: listOf(resource, "KeySchema"),
    ...(globalIndexes.length === 0 ? {} : { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length === 0 ? {} : { LocalSecondaryIndexes: localIndexes }),
  });
  return { ref: name, attributes: { Arn: arnOf("dynamodb", `table/${name}`), TableId: name } };
};

const indexOf = (index: Json): JsonObject => {
  const { IndexName, KeySchema, Projection } = isJsonObject(index) ? index : {};
  return { IndexName: IndexName ?? null, KeySchema: KeySchema ?? null, Projection: Projection ?? null };
};
