import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PAYLOAD_EXTRA_DAYS } from "../core/payload.ts";
import { keepLogicalId } from "./logical-id.ts";

export type PayloadBucketProps = {
  /** How long a job's record is kept after its last write; what the record refers to is kept longer. */
  readonly recordRetentionDays: number;
};

/**
 * The bucket of inputs and results that are too large for a message or a record. It is private, takes TLS only, and
 * stays when its stack goes.
 *
 * Nothing deletes an object but its age, counted from its last write.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
 */
export class PayloadBucket extends Construct {
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, { recordRetentionDays }: PayloadBucketProps) {
    super(scope, id);
    const bucket = new Bucket(this, "Bucket", {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          expiration: Duration.days(recordRetentionDays + PAYLOAD_EXTRA_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    // What stays must stay closed.
    bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    keepLogicalId(bucket, "PayloadBucket");
    this.bucket = bucket;
  }
}
