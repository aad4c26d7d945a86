import { canonicalJson } from "../../core/canonical-json.ts";
import { SluiceError } from "../../core/errors.ts";
import { arnOf } from "../aws.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { hasAwsCode } from "../wire/call-aws.ts";
import type { World } from "../world.ts";
import { listOf, nameOf } from "./properties.ts";
import type { Created, Resource } from "./resource-type.ts";

/**
 * Makes a table of what both kinds of tables say in the same words, where an earlier run has not left it.
 *
 * @throws TableDiffers where the table that is there has other keys or indexes
 */
export const createTable = async (resource: Resource, { callAws }: World): Promise<Created> => {
  const name = nameOf(resource, "TableName", 255);
  const globalIndexes = listOf(resource, "GlobalSecondaryIndexes").map(indexOf);
  const localIndexes = listOf(resource, "LocalSecondaryIndexes").map(indexOf);
  const shape: JsonObject = {
    AttributeDefinitions: listOf(resource, "AttributeDefinitions"),
    KeySchema: listOf(resource, "KeySchema"),
    ...(globalIndexes.length === 0 ? {} : { GlobalSecondaryIndexes: globalIndexes }),
    ...(localIndexes.length === 0 ? {} : { LocalSecondaryIndexes: localIndexes }),
  };
  try {
    await callAws("DynamoDB_20120810.CreateTable", { TableName: name, BillingMode: "PAY_PER_REQUEST", ...shape });
  } catch (error) {
    if (!hasAwsCode(error, "ResourceInUseException")) throw error;
    const { Table: kept } = await callAws("DynamoDB_20120810.DescribeTable", { TableName: name });
    checkSame(resource, shape, isJsonObject(kept) ? kept : {});
  }
  return { ref: name, attributes: { Arn: arnOf("dynamodb", `table/${name}`), TableId: name } };
};

const indexOf = (index: Json): JsonObject => {
  const { IndexName, KeySchema, Projection } = isJsonObject(index) ? index : {};
  return { IndexName: IndexName ?? null, KeySchema: KeySchema ?? null, Projection: Projection ?? null };
};

const PARTS = ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"] as const;

const checkSame = ({ stackName, logicalId }: Resource, asked: JsonObject, kept: JsonObject): void => {
  const part = PARTS.find((name) => plain(asked[name]) !== plain(kept[name]));
  if (part === undefined) return;
  throw new SluiceError(
    "TableDiffers",
    `${stackName}.${logicalId}.${part} must be what the data folder's table has, ${plain(kept[part])}, got ${plain(asked[part])}`,
    { hint: "choose another folder with --data: a local run cannot change a table's keys and indexes" },
  );
};

/** Writes a list so that its order does not matter; of indexes, only what a template says of them. */
const plain = (list: Json | undefined): string => {
  const entries = (Array.isArray(list) ? list : []).filter(isJsonObject);
  const texts = entries.map((entry) => canonicalJson(entry.IndexName === undefined ? entry : indexOf(entry)));
  return `[${texts.sort().join(",")}]`;
};
