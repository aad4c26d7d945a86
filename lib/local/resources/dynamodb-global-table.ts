import { REGION } from "../aws.ts";
import { createTable } from "./create-table.ts";
import { invalid, listOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { backup, indexes, TABLE_DIFFERENCES, TABLE_PROPERTIES, throughput } from "./table-treatments.ts";
import { each, fields, honoured, inert, type Treatments } from "./treatment.ts";

const REPLICA: Treatments = {
  Region: honoured,
  ContributorInsightsSpecification: inert,
  DeletionProtectionEnabled: inert,
  PointInTimeRecoverySpecification: backup,
  ReadProvisionedThroughputSettings: throughput,
  ReadOnDemandThroughputSettings: throughput,
  GlobalSecondaryIndexes: inert,
  SSESpecification: inert,
  TableClass: inert,
  Tags: inert,
};

/** What the CDK's `TableV2` makes. */
export const dynamoDbGlobalTable: ResourceType = {
  type: "AWS::DynamoDB::GlobalTable",
  properties: {
    ...TABLE_PROPERTIES,
    GlobalSecondaryIndexes: indexes({
      ReadProvisionedThroughputSettings: throughput,
      ReadOnDemandThroughputSettings: throughput,
      WriteProvisionedThroughputSettings: throughput,
      WriteOnDemandThroughputSettings: throughput,
    }),
    Replicas: each(fields(REPLICA)),
    WriteProvisionedThroughputSettings: throughput,
    WriteOnDemandThroughputSettings: throughput,
  },
  attributes: ["Arn", "TableId"],
  differences: TABLE_DIFFERENCES,
  create: (resource, world) => {
    const replicas = listOf(resource, "Replicas");
    if (replicas.length > 1) throw invalid(resource, "Replicas", `be one, in ${REGION}`, replicas);
    return createTable(resource, world);
  },
};
