import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { decodeEnvelope, type Envelope } from "../../lib/core/envelope.ts";
import { SQS_MAX_RECEIVE_COUNT } from "../../lib/core/limits.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { logWith } from "../shared/log.ts";
import { attempt } from "./attempt.ts";
import { goesFirst, goingFirst } from "./goes-first.ts";
import { InvocationTally } from "./invocation-tally.ts";
import type { Claimed } from "./record-store.ts";
import { GRACE_MS } from "./run-job.ts";
import { putBackSettlement } from "./settlement.ts";
import type { Worker } from "./worker.ts";

/**
 * What becomes of a message: `done` deletes it, `kept` leaves it on the queue until its visibility time-out ends;
 * `refused` is kept, because what its job calls asked to slow down.
 */
type Fate = "done" | "kept" | "refused";

/** Work on one message that goes on once all other jobs of the batch are done. */
type Later = () => Promise<Fate>;

type Invocation = { readonly remainingMs: () => number; readonly tally: InvocationTally };

/** Kept back of an invocation's time for settling a job, in milliseconds. */
const SETTLE_MS = 1_500;
/** What a thread of its own takes on top when it starts and ends as usual, in milliseconds. */
const APART_MS = 1_500;
/** The most that a delivery which could not be worked on stays away, in seconds, and how often that when it happens again and again. */
const SETBACK_SECONDS = 20;
const MOST_SETBACK = 30;
/** Clocks of two environments may differ by this much without one taking the other's lease before its end. */
const LEASE_MARGIN_MS = 2_000;
const HOLDER_BYTES = 9;
/** What an invocation must have left after a rest, in milliseconds. */
const LEAST_AFTER_REST_MS = 3_000;
/** Before a message's end by age it is renewed this early, in milliseconds: an hour, or the backlog that a queue may have. */
const WEAR_MARGIN_MS = 3_600_000;
/** Deliveries that find a job running or waiting come on top, so that the limit is not met exactly. */
const MOST_RECEIVES = SQS_MAX_RECEIVE_COUNT / 2;

/**
 * Works a batch of messages: `parallel` at once, each claimed, run and settled on its own.
 *
 * Jobs that were in flight when an environment died run last, one at a time and apart, so that a culprit is found and
 * harms no other job. One that the others have left no time begins its next batch.
 *
 * It never throws, because a thrown error makes the event source mapping cut its polling; whatever goes wrong with a
 * message is said in `batchItemFailures`. What the jobs met is reported before it answers.
 *
 * @param remainingMs How long the invocation may still run, in milliseconds.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const processBatch = async (
  worker: Worker,
  messages: readonly SQSRecord[],
  remainingMs: () => number,
): Promise<SQSBatchResponse> => {
  const invocation: Invocation = { remainingMs, tally: new InvocationTally() };
  const first = await workThrough(worker, messages.filter(goesFirst), invocation);
  const others = messages.filter((message) => !goesFirst(message));
  const kept = [...first, ...(await workThrough(worker, others, invocation))];
  await worker.report(invocation.tally, remainingMs);
  return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
};

/** Works messages until each has its fate. @returns the ids of those that stay on the queue */
const workThrough = async (
  worker: Worker,
  messages: readonly SQSRecord[],
  invocation: Invocation,
): Promise<readonly string[]> => {
  const kept: string[] = [];
  const alone: { readonly message: SQSRecord; readonly later: Later }[] = [];
  const waiting = messages.values();
  const lane = async (): Promise<void> => {
    for (const message of waiting) {
      const fate = await guarded(worker, message, () => processMessage(worker, message, invocation));
      if (typeof fate === "function") alone.push({ message, later: fate });
      else if (fate !== "done") kept.push(message.messageId);
      if (fate === "refused") await rest(worker, invocation);
    }
  };
  await Promise.all(Array.from({ length: Math.min(worker.settings.parallel, messages.length) }, lane));
  for (const { message, later } of alone) {
    if ((await guarded(worker, message, later)) !== "done") kept.push(message.messageId);
  }
  return kept;
};

const guarded = async <Result>(
  worker: Worker,
  message: SQSRecord,
  work: () => Promise<Result>,
): Promise<Result | "kept"> => {
  try {
    return await work();
  } catch (error) {
    // The table or the queue did not answer: nobody's attempt. The message comes back soon, not all at one time.
    worker.log("message.set-back", { messageId: message.messageId, reason: describeError(error) });
    await putBack(worker, message, setbackSeconds(worker, message));
    return "kept";
  }
};

/** Grows with the receives, so that an outage of hours does not use up what SQS allows. */
const setbackSeconds = ({ dice }: Worker, { attributes }: SQSRecord): number => {
  const receives = Number(attributes.ApproximateReceiveCount);
  return 1 + dice.fraction() * SETBACK_SECONDS * Math.max(1, Math.min(MOST_SETBACK, receives / 5));
};

const processMessage = async (worker: Worker, message: SQSRecord, invocation: Invocation): Promise<Fate | Later> => {
  const { jobType, salt } = worker.settings;
  const decoded = decodeEnvelope(message.body, { type: jobType, salt });
  if ("envelope" in decoded) return await processJob(worker, message, decoded.envelope, invocation);
  await worker.queue.deadLetter(message, decoded.malformed);
  logWith(worker.log, { messageId: message.messageId })("message.dead-lettered", { reason: decoded.malformed });
  return "done";
};

const processJob = async (
  worker: Worker,
  message: SQSRecord,
  envelope: Envelope,
  invocation: Invocation,
): Promise<Fate | Later> => {
  const { clock, dice, settings } = worker;
  const { remainingMs } = invocation;
  const needsMs = settings.timeoutMs + GRACE_MS + SETTLE_MS;
  if (remainingMs() < needsMs) return await giveBack(worker, message);
  const nowMs = clock.nowMs();
  // After its invocation's end nobody can hold the lease; the message is hidden at least as long.
  const leaseMs = Math.min(remainingMs() + LEASE_MARGIN_MS, settings.visibilityTimeoutMs);
  const holder = Buffer.from(dice.bytes(HOLDER_BYTES)).toString("base64url");
  const claim = await worker.records.claim(envelope, { nowMs, untilMs: nowMs + leaseMs, holder });
  if (claim.kind === "finished") {
    worker.log("job.dropped", { id: envelope.id, status: claim.status });
    return "done";
  }
  if (claim.kind === "not-yet") {
    await putBack(worker, message, Math.ceil((claim.untilMs - nowMs) / 1_000) + 1);
    return "kept";
  }
  if (!claim.isAlone) return await workOn(worker, message, claim, invocation);
  return async () => {
    if (remainingMs() >= needsMs + APART_MS) return await workOn(worker, message, claim, invocation);
    return await giveWayOnce(worker, message, claim);
  };
};

/** Puts a job off that the others of its batch have left no time: with the next ones it goes first. */
const giveWayOnce = async (worker: Worker, message: SQSRecord, claim: Claimed): Promise<Fate> => {
  const nowMs = worker.clock.nowMs();
  await worker.records.settle(claim, nowMs, putBackSettlement(claim, nowMs));
  const { id } = claim.envelope;
  return goesFirst(message) ? await keep(worker, message, 0, id) : await renew(worker, goingFirst(message), 0, id);
};

const workOn = async (
  worker: Worker,
  message: SQSRecord,
  claim: Claimed,
  { remainingMs, tally }: Invocation,
): Promise<Fate> => {
  const settlement = await attempt(worker, claim, worker.clock.nowMs() + remainingMs() - SETTLE_MS, tally);
  // Someone else has the lease: the message is theirs to delete.
  if (settlement === undefined) return "kept";
  if (settlement.status !== "retrying") return "done";
  const seconds = Math.max(0, Math.ceil((settlement.notBeforeMs - worker.clock.nowMs()) / 1_000));
  const fate = await keep(worker, message, seconds, claim.envelope.id);
  return fate === "kept" && settlement.attempts < claim.attempt ? "refused" : fate;
};

/**
 * Keeps the place of a refused job for a moment: who refuses answers at once, and would be asked by the next job at once.
 *
 * Only while most of an invocation's attempts are refused: with many downstreams, one that refuses must not slow the others.
 */
const rest = async ({ clock, settings }: Worker, { remainingMs, tally }: Invocation): Promise<void> => {
  const { restMs } = settings;
  if (restMs === 0 || !tally.isPressed || remainingMs() < restMs + LEAST_AFTER_REST_MS) return;
  await new Promise<void>((resolve) => void clock.after(restMs, resolve));
};

/** Tells whether SQS would drop a message, by its age or its receives, before the job's next attempt could end. */
const isWorn = ({ clock, settings }: Worker, { attributes }: SQSRecord, seconds: number): boolean => {
  const ageMs = clock.nowMs() - Number(attributes.SentTimestamp);
  const nextEndMs = seconds * 1_000 + 2 * settings.visibilityTimeoutMs + WEAR_MARGIN_MS;
  return ageMs + nextEndMs > settings.retentionMs || Number(attributes.ApproximateReceiveCount) >= MOST_RECEIVES;
};

const giveBack = (worker: Worker, message: SQSRecord): Promise<Fate> => keep(worker, message, 0);

/** Leaves a message on the queue for its job's next attempt; one that SQS would drop before is sent again as new. */
const keep = async (worker: Worker, message: SQSRecord, seconds: number, id?: string): Promise<Fate> => {
  if (isWorn(worker, message, seconds)) return await renew(worker, message, seconds, id);
  await putBack(worker, message, seconds);
  return "kept";
};

const renew = async (worker: Worker, message: SQSRecord, seconds: number, id?: string): Promise<Fate> => {
  await worker.queue.renew(message, seconds);
  worker.log("message.renewed", { id, messageId: message.messageId });
  return "done";
};

/** Hides a message for some time; if that fails it stays hidden until its visibility time-out, which loses nothing. */
const putBack = async (worker: Worker, message: SQSRecord, seconds: number): Promise<void> => {
  try {
    await worker.queue.hide(message, Math.max(0, Math.round(seconds)));
  } catch (error) {
    worker.log("message.not-put-back", { messageId: message.messageId, reason: describeError(error) });
  }
};
