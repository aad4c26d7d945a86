import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, Billing, ProjectionType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { DEAD_INDEX, DEAD_INDEX_ATTRIBUTES, EXPIRES_AT, PARTITION_KEY, SORT_KEY } from "../core/keys.ts";
import { keepLogicalId } from "./logical-id.ts";

export type JobTableProps = {
  /** Refuses to delete the table, also by hand. */
  readonly isProtected: boolean;
};

const text = (name: string): { readonly name: string; readonly type: AttributeType } => ({
  name,
  type: AttributeType.STRING,
});

/**
 * The table of all job records, billed by request.
 *
 * Encrypted at rest with the key that DynamoDB owns, as every table is that names no other: it costs nothing, cannot
 * throttle and asks no role for KMS rights.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
 */
export class JobTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: JobTableProps) {
    super(scope, id);
    this.table = new TableV2(this, "Table", {
      partitionKey: text(PARTITION_KEY),
      sortKey: text(SORT_KEY),
      globalSecondaryIndexes: [
        {
          indexName: DEAD_INDEX.name,
          partitionKey: text(DEAD_INDEX.partitionKey),
          sortKey: text(DEAD_INDEX.sortKey),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...DEAD_INDEX_ATTRIBUTES],
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: EXPIRES_AT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.isProtected,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keepLogicalId(this.table, "JobTable");
  }
}
