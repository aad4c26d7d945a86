import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { SQS_MAX_RECEIVE_COUNT, SQS_MAX_RETENTION_DAYS } from "../core/limits.ts";
import type { ParsedJobType } from "../core/settings.ts";
import { keepLogicalId } from "./logical-id.ts";

export type JobQueueProps = {
  readonly jobType: string;
  readonly settings: ParsedJobType;
};

/** A job type's queue, with the dead-letter queue for what is no job. Both are encrypted and take TLS only. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { jobType, settings }: JobQueueProps) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, "DeadLetterQueue", {
      retentionPeriod: Duration.days(SQS_MAX_RETENTION_DAYS),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new Queue(this, "Queue", {
      visibilityTimeout: Duration.seconds(settings.visibilityTimeoutSeconds),
      retentionPeriod: Duration.days(settings.retentionDays),
      // A safety net only: attempts are counted in the job's record, and a throttled or expired delivery is none.
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: SQS_MAX_RECEIVE_COUNT },
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    keepLogicalId(this.deadLetterQueue, jobType, "DeadLetterQueue");
    keepLogicalId(this.queue, jobType, "Queue");
  }
}
