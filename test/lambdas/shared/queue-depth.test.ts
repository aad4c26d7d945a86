import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, it, onTestFinished } from "vitest";
import { queueDepth } from "../../../lambdas/shared/queue-depth.ts";
import { startLocalAws } from "../../support/local-aws.ts";

it("tells what waits, what is being worked on and what is delayed", async () => {
  const aws = await startLocalAws();
  onTestFinished(() => aws.stop());
  const QueueUrl = await aws.makeQueue("work");
  for (const DelaySeconds of [0, 0, 0, 600]) {
    await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}", DelaySeconds }));
  }
  await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));

  expect(await queueDepth(aws.sqs, QueueUrl)).toEqual({ visible: 2, inFlight: 1, delayed: 1 });
});
