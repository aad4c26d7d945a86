import type { Envelope } from "../../lib/core/envelope.ts";
import { INLINE_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { describeError, type JobError, jobError, type Outcome } from "../../lib/core/outcome.ts";
import { resultKey } from "../../lib/core/payload.ts";
import { retryPolicy } from "../../lib/core/retry.ts";
import { logWith } from "../shared/log.ts";
import { PayloadUnusable } from "../shared/payload-store.ts";
import { APART_START_FAILED } from "./apart-start-failed.ts";
import { watchCancel } from "./cancel-watch.ts";
import type { Claimed, Settlement } from "./record-store.ts";
import { type RunEnd, runJob } from "./run-job.ts";
import { type KeptOutcome, settlementBefore, settlementOf } from "./settlement.ts";
import type { Worker } from "./worker.ts";

/**
 * Runs the attempt of a claimed job, and writes how it left the job; undefined where another invocation has the lease now.
 *
 * @param endsByMs When the attempt must have ended so that it can be settled, in milliseconds since the epoch.
 */
export const attempt = async (worker: Worker, claim: Claimed, endsByMs: number): Promise<Settlement | undefined> => {
  const { clock, dice } = worker;
  const startedMs = clock.nowMs();
  const policy = retryPolicy(worker.module.retry);
  let settlement = settlementBefore(claim, policy);
  if (settlement === undefined) {
    if (claim.isAlone && (await worker.records.markAlone(claim)) === "superseded") return undefined;
    settlement = settlementOf(claim, await outcomeOf(worker, claim, endsByMs), policy, clock.nowMs(), dice.fraction());
  }
  const settled = await worker.records.settle(claim, clock.nowMs(), settlement);
  logWith(worker.log, { id: claim.envelope.id, attempt: claim.attempt })("job.settled", {
    status: settlement.status,
    settled,
    durationMs: clock.nowMs() - startedMs,
    error: "error" in settlement ? settlement.error : undefined,
  });
  return settled === "settled" ? settlement : undefined;
};

const outcomeOf = async (worker: Worker, claim: Claimed, endsByMs: number): Promise<KeptOutcome> => {
  const input = await inputOf(worker, claim.envelope);
  if ("outcome" in input) return input.outcome;
  const end = await run(worker, claim, input.value, endsByMs);
  if (end.kind === "transient" && end.error.code === APART_START_FAILED) return uncharged(end.error);
  return end.kind === "succeeded" ? await keepResult(worker, claim, end.result) : end;
};

const run = async (worker: Worker, claim: Claimed, input: unknown, endsByMs: number): Promise<RunEnd> => {
  const { clock, records, settings, environment } = worker;
  const { id, tenant, submittedAt } = claim.envelope;
  const log = logWith(worker.log, { id, attempt: claim.attempt });
  const context = { id, tenant, submittedAt, attempt: claim.attempt, idempotencyKey: id, log, environment };
  const cancel = watchCancel(id, { records, clock, log: worker.log });
  const options = { limitMs: settings.timeoutMs, clock, cancelled: cancel.signal };
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
): Promise<{ readonly value: unknown } | { readonly outcome: Outcome }> => {
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
  if (json === undefined || Buffer.byteLength(json) <= INLINE_PAYLOAD_BYTES) return { kind: "succeeded", result };
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

type Uncharged = Extract<Outcome, { readonly kind: "throttled" }>;

/** Not the job's fault: it waits, and the attempt is not charged. */
const uncharged = (error: JobError): Uncharged => ({ kind: "throttled", error, retryAfterSeconds: undefined });
