import type { SQSEvent, SQSRecord } from "aws-lambda";
import { encodeEnvelope } from "../../lib/core/envelope.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";

/** The job type of `bench/peers/jobs`. */
export const JOB_TYPE = "answer";
/** Records in a batch. */
export const BATCH = 10;

/** Batches as the event source mapping would hand them over; no job is in two of them. @param ms How long each job waits */
export const eventsOf = (salt: string, batches: number, ms: number): readonly SQSEvent[] =>
  Array.from({ length: batches }, () => ({ Records: Array.from({ length: BATCH }, () => recordOf(salt, ms)) }));

const recordOf = (salt: string, ms: number): SQSRecord => {
  const dice = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const id = randomJobId(salt, JOB_TYPE, Date.now(), dice);
  const submittedAt = new Date().toISOString();
  return {
    messageId: crypto.randomUUID(),
    receiptHandle: id,
    body: encodeEnvelope({ version: 1, id, type: JOB_TYPE, submittedAt, input: { ms } }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(Date.now()),
      SenderId: "bench",
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${JOB_TYPE}`,
    awsRegion: "us-east-1",
  };
};
