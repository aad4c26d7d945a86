import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { decodeEnvelope, type Envelope } from "../../lib/core/envelope.ts";
import type { JobLog, JobTypeModule } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { retryPolicy } from "../../lib/core/retry.ts";
import { logWith } from "../shared/log.ts";
import type { Clock, Dice } from "../shared/ports.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { Claimed, RecordStore } from "./record-store.ts";
import { GRACE_MS, runJob } from "./run-job.ts";
import { settlementOf } from "./settlement.ts";

/** What a worker works with. */
export type Worker = {
  readonly module: JobTypeModule;
  readonly settings: {
    readonly jobType: string;
    /** The same for all ids of the stage. */
    readonly salt: string;
    readonly timeoutMs: number;
    readonly parallel: number;
    readonly visibilityTimeoutMs: number;
  };
  readonly records: RecordStore;
  readonly queue: MessageQueue;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: JobLog;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** What becomes of a message: `done` deletes it, `kept` leaves it on the queue until its visibility time-out ends. */
type Fate = "done" | "kept";

/** Kept back of an invocation's time for settling a job, in milliseconds. */
const SETTLE_MS = 1_500;
/** The most that a delivery which could not be worked on stays away, in seconds. */
const SETBACK_SECONDS = 20;

/**
 * Works a batch of messages: `parallel` at once, each claimed, run and settled on its own.
 *
 * It never throws, because a thrown error makes the event source mapping cut its polling; whatever goes wrong with a
 * message is said in `batchItemFailures`.
 *
 * @param remainingMs How long the invocation may still run, in milliseconds.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const processBatch = async (
  worker: Worker,
  messages: readonly SQSRecord[],
  remainingMs: () => number,
): Promise<SQSBatchResponse> => {
  const kept: string[] = [];
  const waiting = messages.values();
  const lane = async (): Promise<void> => {
    for (const message of waiting) {
      if ((await processMessage(worker, message, remainingMs)) === "kept") kept.push(message.messageId);
    }
  };
  await Promise.all(Array.from({ length: Math.min(worker.settings.parallel, messages.length) }, lane));
  return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
};

const processMessage = async (worker: Worker, message: SQSRecord, remainingMs: () => number): Promise<Fate> => {
  const log = logWith(worker.log, { messageId: message.messageId });
  try {
    const decoded = decodeEnvelope(message.body, { type: worker.settings.jobType, salt: worker.settings.salt });
    if ("malformed" in decoded) {
      await worker.queue.deadLetter(message, decoded.malformed);
      log("message.dead-lettered", { reason: decoded.malformed });
      return "done";
    }
    return await processJob(worker, message, decoded.envelope, remainingMs);
  } catch (error) {
    // The table or the queue did not answer: nobody's attempt. The message comes back soon, not all at one time.
    log("message.set-back", { reason: describeError(error) });
    await putBack(worker, message, 1 + worker.dice.fraction() * SETBACK_SECONDS);
    return "kept";
  }
};

const processJob = async (
  worker: Worker,
  message: SQSRecord,
  envelope: Envelope,
  remainingMs: () => number,
): Promise<Fate> => {
  const { clock, settings } = worker;
  if (remainingMs() < settings.timeoutMs + GRACE_MS + SETTLE_MS) {
    await putBack(worker, message, 0);
    return "kept";
  }
  const nowMs = clock.nowMs();
  // After its invocation's end nobody can hold the lease; the message is hidden at least as long.
  const leaseMs = Math.min(remainingMs(), settings.visibilityTimeoutMs);
  const claim = await worker.records.claim(envelope, nowMs, nowMs + leaseMs);
  if (claim.kind === "finished") {
    worker.log("job.dropped", { id: envelope.id, status: claim.status });
    return "done";
  }
  if (claim.kind === "not-yet") {
    await putBack(worker, message, Math.ceil((claim.untilMs - nowMs) / 1_000) + 1);
    return "kept";
  }
  return await workOn(worker, message, claim);
};

const workOn = async (worker: Worker, message: SQSRecord, claim: Claimed): Promise<Fate> => {
  const { clock, settings } = worker;
  const { id, tenant, submittedAt, input } = claim.envelope;
  const startedMs = clock.nowMs();
  const log = logWith(worker.log, { id, attempt: claim.attempt });
  const policy = retryPolicy(worker.module.retry);
  const isSpent = claim.attempt > policy.attempts;
  const { attempt } = claim;
  const context = { id, tenant, submittedAt, attempt, idempotencyKey: id, log, environment: worker.environment };
  const outcome = isSpent
    ? undefined
    : await runJob(worker.module, input, context, { limitMs: settings.timeoutMs, clock });

  const settlement = settlementOf(claim, outcome, policy, clock.nowMs(), worker.dice.fraction());
  const settled = await worker.records.settle(claim, clock.nowMs(), settlement);
  const error = settlement.status === "succeeded" ? undefined : settlement.error;
  log("job.settled", { status: settlement.status, settled, durationMs: clock.nowMs() - startedMs, error });
  // Someone else has the lease: the message is theirs to delete.
  if (settled === "superseded") return "kept";
  if (settlement.status !== "retrying") return "done";
  await putBack(worker, message, Math.ceil((settlement.notBeforeMs - clock.nowMs()) / 1_000));
  return "kept";
};

/** Hides a message for some time; if that fails it stays hidden until its visibility time-out, which loses nothing. */
const putBack = async (worker: Worker, message: SQSRecord, seconds: number): Promise<void> => {
  try {
    await worker.queue.hide(message, Math.max(0, Math.round(seconds)));
  } catch (error) {
    worker.log("message.not-put-back", { messageId: message.messageId, reason: describeError(error) });
  }
};
