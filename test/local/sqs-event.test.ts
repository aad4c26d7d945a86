import { describe, expect, it } from "vitest";
import { sqsBatches } from "../../lib/local/sqs-event.ts";
import type { QueueMessage } from "../../lib/local/wire/messages.ts";

const ARN = "arn:aws:sqs:us-east-1:000000000000:jobs";

const message = (messageId: string, body = "{}"): QueueMessage => ({
  messageId,
  receiptHandle: `handle-${messageId}`,
  body,
  md5OfBody: "md5",
  attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1000", MessageGroupId: "tenant" },
  messageAttributes: {
    kind: { DataType: "String", StringValue: "x" },
    raw: { DataType: "Binary", BinaryValue: "AAEC" },
  },
});

describe("sqsBatches", () => {
  it("writes messages as Lambda hands them to a function", () => {
    const [batch] = sqsBatches([message("1", '{"a":1}')], ARN, 1_000_000);

    expect(JSON.parse(batch?.payload ?? "")).toEqual({
      Records: [
        {
          messageId: "1",
          receiptHandle: "handle-1",
          body: '{"a":1}',
          attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1000", MessageGroupId: "tenant" },
          messageAttributes: {
            kind: { stringValue: "x", stringListValues: [], binaryListValues: [], dataType: "String" },
            raw: { binaryValue: "AAEC", stringListValues: [], binaryListValues: [], dataType: "Binary" },
          },
          md5OfBody: "md5",
          eventSource: "aws:sqs",
          eventSourceARN: ARN,
          awsRegion: "us-east-1",
        },
      ],
    });
  });

  it("splits messages over as many invocations as their size asks for, and loses none", () => {
    const messages = ["1", "2", "3", "4", "5"].map((id) => message(id, "ü".repeat(500)));
    const whole = sqsBatches(messages, ARN, 1_000_000)[0]?.payload ?? "";
    const most = Math.floor(Buffer.byteLength(whole) / 2);

    const batches = sqsBatches(messages, ARN, most);

    expect(batches.map((batch) => batch.messages.map(({ messageId }) => messageId))).toEqual([
      ["1", "2"],
      ["3", "4"],
      ["5"],
    ]);
    for (const { payload } of batches) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(most);
  });

  it("fills an invocation to the byte", () => {
    const messages = [message("1"), message("2")];
    const whole = Buffer.byteLength(sqsBatches(messages, ARN, 1_000_000)[0]?.payload ?? "");

    expect(sqsBatches(messages, ARN, whole)).toHaveLength(1);
    expect(sqsBatches(messages, ARN, whole - 1)).toHaveLength(2);
  });
});
