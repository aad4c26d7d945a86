import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import type { JobTypeSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const QUEUE = "AWS::SQS::Queue";
const DAY_SECONDS = 86_400;

const pipelineOf = (settings: JobTypeSettings) => templatesOf("a", { jobTypes: { work: settings } }).pipeline;
const queueOf = (settings: JobTypeSettings) => pipelineOf(settings).findResources(QUEUE).WorkQueue?.Properties;

describe("JobQueue", () => {
  test.each<[JobTypeSettings, number]>([
    [{}, 6 * 65],
    [{ timeoutSeconds: 60, batchSize: 1 }, 6 * 65],
    [{ timeoutSeconds: 60, batchSize: 10, parallel: 1 }, 6 * 605],
    [{ timeoutSeconds: 10, batchSize: 100, parallel: 7, batchWindowSeconds: 20 }, 6 * 155 + 20],
  ])("hides a received message for six function time-outs and the window: %j", (settings, seconds) => {
    expect(queueOf(settings).VisibilityTimeout).toBe(seconds);
  });

  test("keeps jobs as long as the stage says, and what is no job for 14 days", () => {
    const template = pipelineOf({ retentionDays: 9 });

    const { WorkQueue: queue, WorkDeadLetterQueue: deadLetterQueue } = template.findResources(QUEUE);

    expect(queue?.Properties.MessageRetentionPeriod).toBe(9 * DAY_SECONDS);
    expect(deadLetterQueue?.Properties.MessageRetentionPeriod).toBe(14 * DAY_SECONDS);
  });

  test("lets SQS itself give up a message only after a hundred receives", () => {
    expect(queueOf({}).RedrivePolicy).toEqual({
      deadLetterTargetArn: { "Fn::GetAtt": ["WorkDeadLetterQueue", "Arn"] },
      maxReceiveCount: 1_000,
    });
  });

  test("encrypts both queues with the key that SQS owns", () => {
    const template = pipelineOf({});

    template.resourceCountIs(QUEUE, 2);
    template.allResourcesProperties(QUEUE, { SqsManagedSseEnabled: true, KmsMasterKeyId: Match.absent() });
  });

  test.each(["WorkQueue", "WorkDeadLetterQueue"])("rejects requests to %s that are not over TLS", (id) => {
    pipelineOf({}).hasResourceProperties("AWS::SQS::QueuePolicy", {
      Queues: [{ Ref: id }],
      PolicyDocument: {
        Statement: [
          {
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "sqs:*",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
            Resource: { "Fn::GetAtt": [id, "Arn"] },
          },
        ],
      },
    });
  });
});
