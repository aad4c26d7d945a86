import { differs, each, fields, honoured, type Treatment, type Treatments } from "./treatment.ts";

// What both kinds of tables have in common.

export const throughput: Treatment = differs("requests are not throttled: the table takes what this machine can do");
export const backup: Treatment = differs("there are no backups");

const key: Treatment = each(fields({ AttributeName: honoured, KeyType: honoured }));
const projection: Treatment = fields({ ProjectionType: honoured, NonKeyAttributes: honoured });

export const TABLE_PROPERTIES: Treatments = {
  TableName: honoured,
  AttributeDefinitions: each(fields({ AttributeName: honoured, AttributeType: honoured })),
  KeySchema: key,
  LocalSecondaryIndexes: each(fields({ IndexName: honoured, KeySchema: key, Projection: projection })),
  BillingMode: throughput,
  SSESpecification: differs("items are kept as they are, unencrypted"),
  TimeToLiveSpecification: differs("AWS removes expired items within days; this run keeps them"),
  WarmThroughput: throughput,
};

/** Global secondary indexes, with what only one kind of table has. */
export const indexes = (more: Treatments): Treatment =>
  each(fields({ IndexName: honoured, KeySchema: key, Projection: projection, WarmThroughput: throughput, ...more }));

export const TABLE_DIFFERENCES = [
  { about: "ReturnValuesOnConditionCheckFailure", why: "a failed condition does not return the item" },
  { about: "transactions, PartiQL, streams", why: "the operations are refused" },
  { about: "eventually consistent reads", why: "every read is consistent" },
];
