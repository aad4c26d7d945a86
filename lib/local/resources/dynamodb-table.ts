import { createTable } from "./create-table.ts";
import type { ResourceType } from "./resource-type.ts";
import { backup, indexes, TABLE_DIFFERENCES, TABLE_PROPERTIES, throughput } from "./table-treatments.ts";
import { inert } from "./treatment.ts";

export const dynamoDbTable: ResourceType = {
  type: "AWS::DynamoDB::Table",
  properties: {
    ...TABLE_PROPERTIES,
    GlobalSecondaryIndexes: indexes({
      ContributorInsightsSpecification: inert,
      OnDemandThroughput: throughput,
      ProvisionedThroughput: throughput,
    }),
    ContributorInsightsSpecification: inert,
    DeletionProtectionEnabled: inert,
    OnDemandThroughput: throughput,
    PointInTimeRecoverySpecification: backup,
    ProvisionedThroughput: throughput,
    TableClass: inert,
    Tags: inert,
  },
  attributes: ["Arn"],
  differences: TABLE_DIFFERENCES,
  create: (resource, world) => createTable(resource, world),
};
