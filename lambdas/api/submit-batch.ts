import type { ProblemPart } from "../../lib/core/problem.ts";
import { problem } from "../../lib/core/problem.ts";
import { MAX_BATCH_JOBS } from "../../lib/core/routes.ts";
import type { Api } from "./api.ts";
import { type ApiRequest, type ApiResponse, jsonBody, ProblemError, problemResponse } from "./http.ts";
import { type Message, messageOf, unknownType } from "./submission.ts";

type Rejected = { readonly index: number; readonly error: unknown };

/** `POST /jobs/{type}/batch`: each job is accepted or rejected on its own; what the queue did not take is rejected, never lost. */
export const submitBatch = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const queue = api.queues[type];
  if (queue === undefined) throw new ProblemError("unknown-job-type", unknownType(api, type));
  if (request.headers["idempotency-key"] !== undefined) {
    throw new ProblemError("malformed-request", "Idempotency-Key must be left out of a batch: it names one job");
  }
  const submissions = jobsOf(jsonBody(request));
  const rejected: Rejected[] = [];
  const ready: { readonly index: number; readonly message: Message }[] = [];
  for (const [index, submission] of submissions.entries()) {
    const message = await messageOrProblem(api, type, submission, index);
    if (message instanceof ProblemError) rejected.push({ index, error: problemResponse(message).body });
    else ready.push({ index, message });
  }

  const failures = await api.sender.send(
    queue.queueUrl,
    ready.map(({ message }) => message),
  );
  const accepted = ready.filter((_, position) => failures[position] === undefined);
  for (const [position, { index, message }] of ready.entries()) {
    const reason = failures[position];
    if (reason === undefined) continue;
    api.log("job.not-sent", { id: message.id, reason });
    rejected.push({ index, error: problem("unavailable", "the queue did not take the job; send it again") });
  }
  rejected.sort((one, other) => one.index - other.index);
  return {
    status: 202,
    body: { accepted: accepted.map(({ index, message }) => ({ index, id: message.id })), rejected },
  };
};

const messageOrProblem = async (
  api: Api,
  type: string,
  submission: unknown,
  index: number,
): Promise<Message | ProblemError> => {
  try {
    return await messageOf(api, type, submission, { path: `/jobs/${index}`, idempotencyKey: undefined });
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
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
  throw new ProblemError("invalid-input", parts.map(({ path, message }) => `${path} ${message}`).join("; "), parts);
};
