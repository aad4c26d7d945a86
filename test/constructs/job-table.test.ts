import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templatesOf } from "../support/synthesize.ts";

const TABLE = "AWS::DynamoDB::GlobalTable";

const tableOf = (isProtected: boolean) => templatesOf("a", { isProtected, jobTypes: { a: {} } }).data;

describe("JobTable", () => {
  const template = tableOf(false);

  test("is keyed by pk and sk, is billed by request and forgets expired items", () => {
    template.hasResourceProperties(TABLE, {
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
    });
  });

  test("lists the dead in an index that holds no input and no result", () => {
    template.hasResourceProperties(TABLE, {
      GlobalSecondaryIndexes: [
        {
          IndexName: "dead",
          KeySchema: [
            { AttributeName: "deadShard", KeyType: "HASH" },
            { AttributeName: "deadAt", KeyType: "RANGE" },
          ],
          Projection: {
            ProjectionType: "INCLUDE",
            NonKeyAttributes: [
              "type",
              "tenant",
              "status",
              "attempts",
              "submittedAt",
              "startedAt",
              "finishedAt",
              "error",
              "redrives",
              "redriveRequested",
            ],
          },
        },
      ],
    });
  });

  test("can be restored to any second, and stays when its stack goes", () => {
    template.hasResource(TABLE, {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { Replicas: [{ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }] },
    });
  });

  test("leaves encryption to the key that DynamoDB owns", () => {
    template.hasResourceProperties(TABLE, { SSESpecification: Match.absent() });
  });

  test.each([true, false])("refuses to be deleted by hand: %s where the stage says so", (isProtected) => {
    const [table] = Object.values(tableOf(isProtected).findResources(TABLE));

    expect(table?.Properties.Replicas[0].DeletionProtectionEnabled).toBe(isProtected);
  });
});
