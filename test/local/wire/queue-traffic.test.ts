import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStore } from "../../../lib/local/wire/store.ts";
import { clientOptions } from "../../support/client-options.ts";

describe("the metrics of queues", () => {
  it("count what somebody sends, and not what SQS moves to a dead-letter queue", async () => {
    const store = await startStore(0, (error) => {
      throw error;
    });
    const sqs = new SQSClient(clientOptions(store.url));
    const cloudWatch = new CloudWatchClient(clientOptions(store.url));
    onTestFinished(async () => {
      sqs.destroy();
      cloudWatch.destroy();
      await store.stop();
    });
    await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:dead";
    const Attributes = {
      VisibilityTimeout: "0",
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    };
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "live", Attributes }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));

    const measured = async (): Promise<readonly number[]> => {
      const stats = [
        { queue: "live", metric: "NumberOfMessagesSent", Stat: "Sum" },
        { queue: "dead", metric: "NumberOfMessagesSent", Stat: "Sum" },
        { queue: "dead", metric: "ApproximateNumberOfMessagesVisible", Stat: "Maximum" },
      ];
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: stats.map(({ queue, metric, Stat }, place) => ({
            Id: `m${place}`,
            MetricStat: {
              Metric: { Namespace: "AWS/SQS", MetricName: metric, Dimensions: [{ Name: "QueueName", Value: queue }] },
              Period: 60,
              Stat,
            },
          })),
        }),
      );
      return MetricDataResults.map(({ Values = [] }) => Math.max(0, ...Values));
    };

    await expect.poll(measured, { timeout: 10_000 }).toEqual([1, 0, 1]);
  });
});
