import type { Envelope } from "../../lib/core/envelope.ts";
import { INLINE_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { describeError, type JobError, jobError, type Outcome } from "../../lib/core/outcome.ts";
import { resultKey } from "../../lib/core/payload.ts";
import { retryPolicy } from "../../lib/core/retry.ts";
import { logWith } from "../shared/log.ts";
import { PayloadUnusable } from "../shared/payload-store.ts";
import { APART_START_FAILED } from "./apart-start-failed.ts";
import { attemptSignals, NO_CALLS } from "./attempt-signals.ts";
import { watchCancel } from "./cancel-watch.ts";
import type { InvocationTally } from "./invocation-tally.ts";
import type { Claimed, Settlement } from "./record-store.ts";
import { type RunEnd, runJob } from "./run-job.ts";
import { type KeptOutcome, settlementBefore, settlementOf } from "./settlement.ts";
import type { Worker } from "./worker.ts";

/**
 * Runs the attempt of a claimed job, and writes how it left the job; undefined where another invocation has the lease now.
 *
 * @param endsByMs When the attempt must have ended so that it can be settled, in milliseconds since the epoch.
 * @param tally Counts how the attempt ended, and a death.
 */
export const attempt = async (
  worker: Worker,
  claim: Claimed,
  endsByMs: number,
  tally: InvocationTally,
): Promise<Settlement | undefined> => {
  const { clock, dice } = worker;
  const startedMs = clock.nowMs();
  const policy = retryPolicy(worker.module.retry);
  let settlement = settlementBefore(claim, policy);
  if (settlement === undefined) {
    if (claim.isAlone && (await worker.records.markAlone(claim)) === "superseded") return undefined;
    const outcome = await outcomeOf(worker, claim, endsByMs, tally);
    settlement = settlementOf(claim, outcome, policy, clock.nowMs(), dice.fraction());
  }
  const settled = await worker.records.settle(claim, clock.nowMs(), settlement);
  logWith(worker.log, { id: claim.envelope.id, attempt: claim.attempt })("job.settled", {
    status: settlement.status,
    settled,
    durationMs: clock.nowMs() - startedMs,
    error: "error" in settlement ? settlement.error : undefined,
  });
  if (settled !== "settled") return undefined;
  if (settlement.status === "dead") tally.addDeath();
  return settlement;
};

const outcomeOf = async (
  worker: Worker,
  claim: Claimed,
  endsByMs: number,
  tally: InvocationTally,
): Promise<KeptOutcome> => {
  const input = await inputOf(worker, claim.envelope);
  const startedMs = worker.clock.nowMs();
  let measured = NO_CALLS;
  const onCall = (durationMs: number): void => {
    measured = { calls: measured.calls + 1, callMs: measured.callMs + durationMs };
  };
  const end = "outcome" in input ? input.outcome : await run(worker, claim, input.value, { endsByMs, onCall });
  const durationMs = worker.clock.nowMs() - startedMs;
  if (end.kind === "transient" && end.error.code === APART_START_FAILED) return uncharged(end.error);
  const outcome = end.kind === "succeeded" ? await keepResult(worker, claim, end.result) : end;
  // Our own trouble says nothing about what the job calls.
  if (!("isUncharged" in outcome)) tally.addAttempt(attemptSignals(outcome, durationMs, measured));
  return outcome;
};

const run = async (
  worker: Worker,
  claim: Claimed,
  input: unknown,
  { endsByMs, onCall }: { readonly endsByMs: number; readonly onCall: (durationMs: number) => void },
): Promise<RunEnd> => {
  const { clock, records, settings, environment } = worker;
  const { id, tenant, submittedAt } = claim.envelope;
  const log = logWith(worker.log, { id, attempt: claim.attempt });
  const context = { id, tenant, submittedAt, attempt: claim.attempt, idempotencyKey: id, log, environment };
  const cancel = watchCancel(id, { records, clock, log: worker.log });
  const options = { limitMs: settings.timeoutMs, clock, cancelled: cancel.signal, onCall };
  try {
    return claim.isAlone
      ? await worker.runApart(input, context, { ...options, endsByMs })
      : await runJob(worker.module, input, context, options);
  } finally {
    cancel.stop();
  }
};

const inputOf = async (
  { payloads }: Worker,
  { input, inputReference }: Envelope,
): Promise<{ readonly value: unknown } | { readonly outcome: Uncharged | Permanently }> => {
  if (inputReference === undefined) return { value: input };
  try {
    return { value: await payloads.get(inputReference) };
  } catch (error) {
    if (!(error instanceof PayloadUnusable)) return { outcome: bucketUnavailable(error) };
    return { outcome: { kind: "permanent", error: jobError("InputUnusable", error.message) } };
  }
};

const keepResult = async ({ payloads }: Worker, claim: Claimed, result: unknown): Promise<KeptOutcome> => {
  const json = JSON.stringify(result);
  // What JSON leaves out, such as a function, no record can hold.
  if (json === undefined) return { kind: "succeeded", result: undefined };
  if (Buffer.byteLength(json) <= INLINE_PAYLOAD_BYTES) return { kind: "succeeded", result };
  try {
    const resultReference = await payloads.put(resultKey(claim.envelope.id, claim.fence), json);
    return { kind: "succeeded", resultReference };
  } catch (error) {
    return bucketUnavailable(error);
  }
};

const bucketUnavailable = (error: unknown): Uncharged => {
  const { code, message } = describeError(error);
  return uncharged(jobError("PayloadBucketUnavailable", `the payload bucket did not answer (${code}: ${message})`));
};

type Permanently = Extract<Outcome, { readonly kind: "permanent" }>;
type Uncharged = Extract<Outcome, { readonly kind: "throttled" }> & { readonly isUncharged: true };

/** Not the job's fault, nor its downstream's: it waits, and the attempt is not charged. */
const uncharged = (error: JobError): Uncharged => ({
  kind: "throttled",
  error,
  retryAfterSeconds: undefined,
  isUncharged: true,
});
