import { encodeEnvelope } from "../../lib/core/envelope.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { PayloadReference } from "../../lib/core/payload.ts";
import { PayloadUnusable } from "../shared/payload-store.ts";
import type { Api, OutgoingMessage } from "./api.ts";
import { ProblemError, unavailable } from "./http.ts";

/** A redrive that is ready to be sent. */
export type Redrive = {
  readonly record: JobRecord;
  /** The how-many-eth redrive of its job, from 1. Sent twice, it is honoured once. */
  readonly redrive: number;
  readonly message: OutgoingMessage;
};

/**
 * Makes the message by which a dead job runs again: with the same id, tenant and input, and at once.
 *
 * @throws ProblemError `not-dead`, `redrive-limit`, `payload-gone` or `unavailable`
 */
export const prepareRedrive = async (api: Api, id: string): Promise<Redrive> => {
  const record = deadRecord(id, await api.records.read(id, { isConsistent: true }));
  const redrive = (record.redrives ?? 0) + 1;
  if (redrive > api.redriveLimit) {
    const detail = `job ${id} was redriven ${record.redrives} times; the stage's redriveLimit is ${api.redriveLimit}`;
    throw new ProblemError("redrive-limit", `${detail}: raise it, or submit a new job`);
  }
  const { type, tenant, submittedAt, inputDigest, input, inputReference } = record;
  const head = { version: 1, id, type, tenant, submittedAt, inputDigest, redrive } as const;
  const envelope =
    inputReference === undefined
      ? { ...head, input }
      : { ...head, inputReference: await renewed(api, id, inputReference) };
  return { record, redrive, message: { body: encodeEnvelope(envelope), tenant } };
};

/** Notes in its record that a redrive was sent; if that fails the job shows as dead until a worker meets it. */
export const noteRedrive = async (api: Api, { record, redrive }: Redrive): Promise<void> => {
  try {
    await api.writer.markRedrive(record, redrive, api.clock.nowMs());
  } catch (error) {
    api.log("job.redrive-not-noted", { id: record.id, redrive, error: describeError(error) });
  }
};

const deadRecord = (id: string, record: JobRecord | undefined): JobRecord => {
  if (record?.status !== "dead") {
    const status = record?.status ?? "queued";
    throw new ProblemError("not-dead", `job ${id} is ${status}: only a dead job can be redriven`);
  }
  if (record.input !== undefined || record.inputReference !== undefined) return record;
  throw new ProblemError("payload-gone", `job ${id} has no input in its record; submit a new job`);
};

/** Writes an input anew, because the bucket deletes what was not written for long. */
const renewed = async (api: Api, id: string, reference: PayloadReference): Promise<PayloadReference> => {
  try {
    const input = await api.payloads.get(reference);
    return await api.payloads.put(reference.key, JSON.stringify(input));
  } catch (error) {
    if (error instanceof PayloadUnusable) {
      throw new ProblemError("payload-gone", `the input of job ${id} is gone: ${error.message}; submit a new job`);
    }
    api.log("input.not-renewed", { id, error: describeError(error) });
    throw unavailable("the payload bucket, which keeps the job's input, did not answer; send the request again");
  }
};
