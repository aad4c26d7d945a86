import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket, CfnBucket, IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { PAYLOAD_EXTRA_DAYS } from "../core/payload.ts";
import { acknowledge } from "./acknowledge.ts";
import { closedBucket } from "./closed-bucket.ts";

export type PayloadBucketProps = {
  /** How long a job's record is kept after its last write; what the record refers to is kept longer. */
  readonly recordRetentionDays: number;
  /** Keeps a log of who read and wrote objects, in a bucket of its own. */
  readonly isProtected: boolean;
  /** How long that log is kept. */
  readonly logRetentionDays: number;
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

  constructor(scope: Construct, id: string, props: PayloadBucketProps) {
    super(scope, id);
    const bucket = closedBucket(this, "Bucket", {
      logicalId: "PayloadBucket",
      lifecycleRules: [
        {
          expiration: Duration.days(props.recordRetentionDays + PAYLOAD_EXTRA_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    if (props.isProtected) {
      this.#logAccess(bucket, props.logRetentionDays);
    } else {
      acknowledge(bucket, "S1", "who read a payload is kept where data must stay, by isProtected: not in this stage");
    }
    this.bucket = bucket;
  }

  /** Written by hand: the CDK does this as a feature flag of the app says, and with the flag off by an access list. */
  #logAccess(bucket: Bucket, days: number): void {
    const logs = closedBucket(this, "AccessLogs", {
      logicalId: "PayloadAccessLogs",
      lifecycleRules: [{ expiration: Duration.days(days) }],
    });
    logs.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("logging.s3.amazonaws.com")],
        actions: ["s3:PutObject"],
        resources: [logs.arnForObjects("*")],
        conditions: {
          ArnLike: { "aws:SourceArn": bucket.bucketArn },
          StringEquals: { "aws:SourceAccount": Stack.of(this).account },
        },
      }),
    );
    const resource = bucket.node.defaultChild as CfnBucket;
    resource.loggingConfiguration = { destinationBucketName: logs.bucketName };
  }
}
