import { describeError } from "../../lib/core/outcome.ts";
import type { ProblemPart } from "../../lib/core/problem.ts";
import { problem } from "../../lib/core/problem.ts";
import { MAX_BATCH_JOBS } from "../../lib/core/routes.ts";
import type { Api } from "./api.ts";
import { findQueue } from "./find-queue.ts";
import { type ApiRequest, type ApiResponse, invalidInput, jsonBody, ProblemError, problemResponse } from "./http.ts";
import { mapAtOnce } from "./map-at-once.ts";
import { type Message, messageOf } from "./message.ts";
import { submissionOf } from "./submission.ts";

/** Large inputs that are written to the payload bucket at once. */
const PUTS_AT_ONCE = 4;
/** No job is begun after this, in milliseconds: the function's time is enough for those that were, and to send all. */
const JOBS_WITHIN_MS = 14_000;

type Ready = { readonly index: number; readonly message: Message };
type Rejected = { readonly index: number; readonly error: unknown };

/** `POST /jobs/{type}/batch`: each job is accepted or rejected on its own; what the queue did not take is rejected, never lost. */
export const submitBatch = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const { queueUrl } = findQueue(api, type);
  if (request.headers["idempotency-key"] !== undefined) {
    throw new ProblemError("malformed-request", "Idempotency-Key must be left out of a batch: it names one job");
  }
  const jobs = jobsOf(jsonBody(request));
  const stopMs = api.clock.nowMs() + JOBS_WITHIN_MS;
  const made = await mapAtOnce(PUTS_AT_ONCE, jobs, async (job, index) => {
    if (api.clock.nowMs() < stopMs) return await readyOrRejected(api, type, job, index);
    return { index, error: problem("unavailable", "no time was left for the job; send it again") };
  });
  const ready = made.flatMap((one) => ("message" in one ? [one] : []));
  const failures = await api.sender.send(
    queueUrl,
    ready.map(({ message }) => message),
  );
  const accepted = ready.filter((_, place) => failures[place] === undefined);
  const notSent = ready.flatMap(({ index, message }, place) => {
    const reason = failures[place];
    if (reason === undefined) return [];
    api.log("job.not-sent", { id: message.id, reason });
    return [{ index, error: problem("unavailable", "the queue did not take the job; send it again") }];
  });
  const rejected: Rejected[] = [...made.flatMap((one) => ("message" in one ? [] : [one])), ...notSent];
  rejected.sort((one, other) => one.index - other.index);
  return {
    status: 202,
    body: { accepted: accepted.map(({ index, message }) => ({ index, id: message.id })), rejected },
  };
};

const readyOrRejected = async (api: Api, type: string, given: unknown, index: number): Promise<Ready | Rejected> => {
  try {
    const submission = await submissionOf(api, type, given, { path: `/jobs/${index}`, idempotencyKey: undefined });
    return { index, message: await messageOf(api, submission) };
  } catch (error) {
    if (error instanceof ProblemError) return { index, error: problemResponse(error).body };
    // What one job makes our own code throw, or its type's schema, must not cost the others.
    api.log("job.not-checked", { index, type, error: describeError(error) });
    return { index, error: problem("internal", "the job could not be worked on; the log says why") };
  }
};

const jobsOf = (body: unknown): readonly unknown[] => {
  const { jobs, ...others } = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const parts: ProblemPart[] = Object.keys(others).map((field) => ({
    path: `/${field}`,
    message: "is unknown; the field is jobs",
  }));
  if (!Array.isArray(jobs)) parts.push({ path: "/jobs", message: "must be a list of jobs" });
  else if (jobs.length < 1 || jobs.length > MAX_BATCH_JOBS) {
    parts.push({ path: "/jobs", message: `must hold 1 to ${MAX_BATCH_JOBS} jobs, got ${jobs.length}` });
  }
  if (parts.length === 0 && Array.isArray(jobs)) return jobs;
  throw invalidInput(parts);
};
