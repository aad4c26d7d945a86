import { ESM_MAXIMUM_CONCURRENCY } from "./limits.ts";
import { CURSOR, type Json, listOf, object, reference, text, wholeNumber } from "./openapi-schemas.ts";
import type { ProblemCode } from "./problem.ts";
import { MAX_BATCH_JOBS, type Route } from "./routes.ts";

/** What a route takes and answers, beside its path. */
export type Operation = {
  readonly request?: { readonly schema: Json; readonly isRequired: boolean };
  /** In the query and the headers. */
  readonly parameters?: readonly Json[];
  readonly ok: Json;
  readonly problems: readonly ProblemCode[];
};

type WithOwnSchemas = "submitJob" | "submitBatch";

const jsonContent = (schema: Json): Json => ({ "application/json": { schema } });
const answer = (description: string, schema: Json): Json => ({ description, content: jsonContent(schema) });

const parameter = (place: "query" | "header", name: string, schema: Json, isRequired = false): Json => ({
  in: place,
  name,
  required: isRequired,
  schema,
});

/** A body that may be left out, and each of its fields too. */
const optionalBody = (properties: Json): Operation["request"] => ({
  schema: { ...object(properties, []), additionalProperties: false },
  isRequired: false,
});

const timeOf = (description: string): Json => ({ type: "string", format: "date-time", description });

/** Every route but those that each job type has with a schema of its own. */
export const OPERATIONS: Readonly<Record<Exclude<Route["operationId"], WithOwnSchemas>, Operation>> = {
  getJob: { ok: { "200": answer("The job.", reference("Job")) }, problems: ["no-such-job"] },
  listJobs: {
    parameters: [
      parameter("query", "status", { const: "dead" }, true),
      parameter("query", "type", { type: "string" }),
      parameter("query", "limit", wholeNumber(1, 200, 50)),
      parameter("query", "cursor", { type: "string" }),
    ],
    ok: {
      "200": answer(
        "A page of dead jobs, newest first. It may hold fewer than asked for, and still have a cursor.",
        object({ jobs: listOf(reference("Job")), cursor: CURSOR }, ["jobs"]),
      ),
    },
    problems: ["malformed-request", "unknown-job-type"],
  },
  cancelJob: {
    ok: { "202": answer("The job is cancelled, or its worker was asked to end it.", reference("Cancellation")) },
    problems: ["no-such-job", "job-finished", "unavailable"],
  },
  redriveJob: {
    ok: { "202": answer("The job is queued again.", reference("Redrive")) },
    problems: ["no-such-job", "not-dead", "redrive-limit", "payload-gone", "unavailable"],
  },
  listQueues: { ok: { "200": answer("Every queue.", object({ queues: listOf(reference("Queue")) })) }, problems: [] },
  pauseQueue: {
    ok: { "202": answer("The queue is going to be paused.", reference("QueueControl")) },
    problems: ["unknown-job-type"],
  },
  limitQueue: {
    request: {
      schema: {
        ...object({ limit: wholeNumber(ESM_MAXIMUM_CONCURRENCY.min, ESM_MAXIMUM_CONCURRENCY.max) }),
        additionalProperties: false,
      },
      isRequired: true,
    },
    ok: { "202": answer("The queue is going to have this limit.", reference("QueueControl")) },
    problems: ["not-json", "unknown-job-type", "provisioned-queue", "invalid-input"],
  },
  resumeQueue: {
    ok: { "202": answer("The queue goes by the scaler again.", reference("QueueControl")) },
    problems: ["unknown-job-type"],
  },
  redriveQueue: {
    request: optionalBody({
      fingerprint: text("Only jobs that died of an error with this fingerprint."),
      diedBefore: timeOf("Only jobs that died before this moment."),
      diedAfter: timeOf("Only jobs that died at this moment or later."),
      limit: wholeNumber(1, 500, 100),
      cursor: text("Of an earlier answer: goes on where that one ended."),
      dryRun: { type: "boolean", default: false, description: "Counts the jobs, and redrives none." },
    }),
    ok: {
      "200": answer("How many jobs the filter names: a dry run.", reference("QueueRedrive")),
      "202": answer("What became of each job that the filter names, newest first.", reference("QueueRedrive")),
    },
    problems: ["not-json", "unknown-job-type", "invalid-input"],
  },
  listDeadLetters: {
    parameters: [parameter("query", "limit", wholeNumber(1, 100, 10))],
    ok: { "200": answer("Messages of the dead-letter queue, in any order.", reference("DeadLetters")) },
    problems: ["malformed-request", "unknown-job-type"],
  },
  redriveDeadLetters: {
    request: optionalBody({
      limit: wholeNumber(1, 500, 100),
      messageIds: {
        ...listOf({ type: "string" }, "Only these; limit does not count then."),
        minItems: 1,
        maxItems: 500,
      },
    }),
    ok: { "202": answer("What became of each message.", reference("DeadLetterMove")) },
    problems: ["not-json", "unknown-job-type", "invalid-input"],
  },
  getOpenApi: { ok: { "200": answer("This document.", { type: "object" }) }, problems: [] },
};

/** What a job type's own routes take. @param submission the schema of one submission */
export const submitOperations = (submission: Json): Readonly<Record<WithOwnSchemas, Operation>> => ({
  submitJob: {
    request: { schema: submission, isRequired: true },
    parameters: [parameter("header", "Idempotency-Key", { type: "string", minLength: 1, maxLength: 255 })],
    ok: {
      "202": {
        ...answer("The job is queued.", reference("Accepted")),
        headers: { Location: { description: "Where to read the job.", schema: { type: "string" } } },
      },
    },
    problems: [
      "not-json",
      "malformed-request",
      "idempotency-key-reused",
      "job-finished",
      "too-large",
      "invalid-input",
      "unavailable",
    ],
  },
  submitBatch: {
    request: {
      schema: {
        ...object({ jobs: { ...listOf(submission), minItems: 1, maxItems: MAX_BATCH_JOBS } }),
        additionalProperties: false,
      },
      isRequired: true,
    },
    ok: { "202": answer("What became of each job.", reference("BatchResult")) },
    problems: ["not-json", "malformed-request", "invalid-input"],
  },
});
