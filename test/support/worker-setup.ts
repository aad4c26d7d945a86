import type { SQSRecord } from "aws-lambda";
import * as z from "zod";
import { invocationReport } from "../../lambdas/worker/invocation-report.ts";
import { processBatch } from "../../lambdas/worker/process-batch.ts";
import { runJob } from "../../lambdas/worker/run-job.ts";
import type { Worker } from "../../lambdas/worker/worker.ts";
import { type Envelope, encodeEnvelope } from "../../lib/core/envelope.ts";
import type { JobContext, JobTypeModule } from "../../lib/core/job-type.ts";
import { SALT } from "./claimed.ts";
import { fakeClock } from "./fake-clock.ts";
import { memoryPayloadStore } from "./memory-payload-store.ts";
import { memoryRecordStore } from "./memory-record-store.ts";
import { memoryScaling } from "./memory-scaling.ts";

export type Handler = (input: { readonly n: number }, job: JobContext) => Promise<unknown>;

/** Dice that show another number each time. */
const distinctBytes = (): ((count: number) => Uint8Array) => {
  let last = 0;
  return (count) => {
    last += 1;
    return new Uint8Array(count).fill(last);
  };
};

/** Puts a worker together on memory alone, for one handler. */
export const setUp = (
  run: Handler,
  overrides: Partial<Worker["settings"]> = {},
  module: Partial<JobTypeModule> = {},
) => {
  const clock = fakeClock();
  const records = memoryRecordStore();
  const hidden: [string, number][] = [];
  const renewed: [string, number][] = [];
  const deadLettered: [string, string][] = [];
  const log: [string, Readonly<Record<string, unknown>>][] = [];
  const payloads = memoryPayloadStore();
  const scaling = memoryScaling();
  const apart: string[] = [];
  const input = z.strictObject({ n: z.number().default(0) });
  const jobType: JobTypeModule = { input, run, ...module };
  const addLog: Worker["log"] = (event, fields = {}) => void log.push([event, fields]);
  const worker: Worker = {
    module: jobType,
    settings: {
      jobType: "echo",
      salt: SALT,
      timeoutMs: 30_000,
      parallel: 5,
      restMs: 0,
      visibilityTimeoutMs: 390_000,
      retentionMs: 4 * 86_400_000,
      ...overrides,
    },
    records,
    payloads,
    // What a thread of its own adds is tested where it is made.
    runApart: (value, context, options) => {
      apart.push(context.id);
      return runJob(jobType, value, context, options);
    },
    queue: {
      hide: async ({ messageId }, seconds) => void hidden.push([messageId, seconds]),
      renew: async ({ messageId }, seconds) => void renewed.push([messageId, seconds]),
      deadLetter: async ({ messageId }, reason) => void deadLettered.push([messageId, reason]),
    },
    clock,
    dice: { fraction: () => 0.5, bytes: distinctBytes() },
    report: invocationReport({ ...scaling.ports, clock, log: addLog }),
    log: addLog,
    environment: { COLOUR: "blue" },
  };
  const batch = (messages: readonly SQSRecord[], remainingMs = 65_000) => {
    const endsMs = clock.nowMs() + remainingMs;
    return processBatch(worker, messages, () => endsMs - clock.nowMs());
  };
  const claim = (job: Envelope, holder: string, leaseMs = 65_000) =>
    records.claim(job, { nowMs: clock.nowMs(), untilMs: clock.nowMs() + leaseMs, holder });
  return { worker, clock, records, payloads, scaling, apart, hidden, renewed, deadLettered, log, batch, claim };
};

const START_MS = Date.parse("2026-11-22T10:00:00Z");

/** A delivery of a job, as the event source mapping hands it over. */
export const message = (
  body: Envelope | string,
  messageId = "m1",
  attributes: Partial<SQSRecord["attributes"]> = {},
): SQSRecord => ({
  messageId,
  receiptHandle: `receipt-${messageId}`,
  body: typeof body === "string" ? body : encodeEnvelope(body),
  attributes: {
    ApproximateReceiveCount: "1",
    SentTimestamp: String(START_MS),
    SenderId: "",
    ApproximateFirstReceiveTimestamp: String(START_MS),
    ...attributes,
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:echo",
  awsRegion: "us-east-1",
});
