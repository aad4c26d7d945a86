import { RemovalPolicy } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { keepLogicalId } from "./logical-id.ts";

export type ClosedBucketProps = {
  readonly logicalId: string;
  readonly lifecycleRules: readonly LifecycleRule[];
};

/** Makes a bucket that is private, encrypted, takes TLS only, and stays when its stack goes. */
export const closedBucket = (
  scope: Construct,
  id: string,
  { logicalId, lifecycleRules }: ClosedBucketProps,
): Bucket => {
  const bucket = new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [...lifecycleRules],
  });
  // What stays must stay closed.
  bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
  keepLogicalId(bucket, logicalId);
  return bucket;
};
