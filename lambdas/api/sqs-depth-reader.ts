import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DepthReader } from "./api.ts";

/** Reads depths from SQS itself, which is fresher than its metrics. */
export const sqsDepthReader = (client: SQSClient): DepthReader => ({
  read: async (queueUrl) => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      }),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    };
  },
});
