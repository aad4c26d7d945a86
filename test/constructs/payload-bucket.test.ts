import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const BUCKET = "AWS::S3::Bucket";
const POLICY = "AWS::S3::BucketPolicy";

const dataOf = (stage: Partial<StageSettings> = {}) => templatesOf("a", { jobTypes: { work: {} }, ...stage }).data;

describe("PayloadBucket", () => {
  const template = dataOf();

  test("is the one bucket of a stage, under a name that AWS chooses", () => {
    const buckets = template.findResources(BUCKET);

    expect(Object.keys(buckets)).toEqual(["PayloadBucket"]);
    expect(buckets.PayloadBucket?.Properties).not.toHaveProperty("BucketName");
  });

  test("is closed to the public, whatever a policy or an access list says", () => {
    template.hasResourceProperties(BUCKET, {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      AccessControl: Match.absent(),
    });
  });

  test("encrypts with the key that S3 manages", () => {
    template.hasResourceProperties(BUCKET, {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
  });

  test.each([
    [undefined, 45],
    [4, 19],
    [90, 105],
  ])("with records kept for %s days, keeps every object for %i", (recordRetentionDays, days) => {
    const { Properties } = dataOf({ recordRetentionDays }).findResources(BUCKET).PayloadBucket ?? {};

    expect(Properties.LifecycleConfiguration.Rules).toEqual([
      { Status: "Enabled", ExpirationInDays: days, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ]);
    expect(Properties).not.toHaveProperty("VersioningConfiguration");
  });

  test("rejects requests that are not over TLS", () => {
    template.resourceCountIs(POLICY, 1);
    template.hasResourceProperties(POLICY, {
      Bucket: { Ref: "PayloadBucket" },
      PolicyDocument: {
        Statement: [
          {
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "s3:*",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
            Resource: [
              { "Fn::GetAtt": ["PayloadBucket", "Arn"] },
              { "Fn::Join": ["", [{ "Fn::GetAtt": ["PayloadBucket", "Arn"] }, "/*"]] },
            ],
          },
        ],
      },
    });
  });

  test("stays when its stack goes, and goes on to refuse what is not over TLS", () => {
    const kept = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };

    template.allResources(BUCKET, kept);
    template.allResources(POLICY, kept);
  });
});

describe("the access log of a protected stage's payloads", () => {
  const template = dataOf({ isProtected: true, logRetentionDays: 90 });
  const { PayloadBucket: payloads, PayloadAccessLogs: logs } = template.findResources(BUCKET);

  test("is a second bucket, closed as the first, where lines stay for as long as logs do", () => {
    template.resourceCountIs(BUCKET, 2);
    expect(payloads?.Properties.LoggingConfiguration).toEqual({ DestinationBucketName: { Ref: "PayloadAccessLogs" } });
    expect(logs?.Properties).toEqual({
      ...dataOf().findResources(BUCKET).PayloadBucket?.Properties,
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", ExpirationInDays: 90 }] },
    });
  });

  test("takes lines from S3 alone, about this bucket and from this account", () => {
    const policies = Object.values(template.findResources(POLICY));
    const ofLogs = policies.find(({ Properties }) => Properties.Bucket.Ref === "PayloadAccessLogs");

    const allowed = ofLogs?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === "Allow",
    );

    expect(allowed).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": ["PayloadAccessLogs", "Arn"] }, "/*"]] },
        Condition: {
          ArnLike: { "aws:SourceArn": { "Fn::GetAtt": ["PayloadBucket", "Arn"] } },
          StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        },
      },
    ]);
  });

  test("stays when its stack goes", () => {
    const kept = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };

    template.allResources(BUCKET, kept);
    template.allResources(POLICY, kept);
  });
});
