import { JOB_STATUSES } from "./job.ts";
import { SQS_MAX_DELAY_SECONDS, SQS_MAX_GROUP_ID_LENGTH } from "./limits.ts";
import { PROBLEMS, type ProblemCode } from "./problem.ts";
import { MAX_BATCH_JOBS, ROUTES, type Route } from "./routes.ts";

type Json = Readonly<Record<string, unknown>>;

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const jsonContent = (schema: Json): Json => ({ "application/json": { schema } });
const text = (description: string): Json => ({ type: "string", description });
const count = (description: string): Json => ({ type: "integer", minimum: 0, description });
const time = { type: "string", format: "date-time" } as const;
const orNull = (schema: Json): Json => ({ ...schema, type: [schema.type, "null"] });

const JOB: Json = {
  type: "object",
  required: ["id", "type", "status"],
  properties: {
    id: text("The job's id."),
    type: text("The job's type."),
    status: { enum: JOB_STATUSES },
    tenant: text("On whose behalf the job runs."),
    attempts: count("Attempts charged so far; a throttled delivery is not one."),
    submittedAt: time,
    startedAt: { ...time, description: "When the latest attempt started." },
    finishedAt: time,
    result: { description: "What the handler returned." },
    error: {
      type: "object",
      description: "Why the latest attempt failed.",
      required: ["code", "message", "fingerprint"],
      properties: {
        code: text("The error's class."),
        message: text("The error's message."),
        fingerprint: text("Equal for errors that differ only in numbers, ids and quoted values."),
      },
    },
  },
};

const QUEUE: Json = {
  type: "object",
  properties: {
    type: text("The job type."),
    visible: count("Messages that wait."),
    inFlight: count("Messages that were received and not yet deleted, those that wait for a retry among them."),
    delayed: count("Messages whose delay is not over."),
    dead: count("Dead jobs, counted up to 10,000."),
    oldestAgeSeconds: orNull({ type: "number", description: "Age of the oldest message; null where it is not known." }),
    limit: orNull({ type: "integer", description: "The mapping's MaximumConcurrency; null where none is set." }),
    concurrency: orNull({ type: "integer", description: "Invocations at once; null where it is not known." }),
    state: { enum: ["open", "limited", "paused", "probing"] },
    reason: text("Why the queue is in this state."),
  },
};

const PROBLEM: Json = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { enum: Object.keys(PROBLEMS).map((code) => `urn:sluice:problem:${code}`) },
    title: text("The same for every occurrence."),
    status: { type: "integer" },
    detail: text("What was wrong this time, and what to do."),
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: text("JSON Pointer into the body."), message: text("What must hold there.") },
      },
    },
  },
};

const ACCEPTED: Json = {
  type: "object",
  required: ["id", "type", "status"],
  properties: { id: text("The job's id."), type: text("The job's type."), status: { const: "queued" } },
};

const BATCH_RESULT: Json = {
  type: "object",
  required: ["accepted", "rejected"],
  properties: {
    accepted: {
      type: "array",
      items: { type: "object", properties: { index: count("Place in the batch."), id: text("The job's id.") } },
    },
    rejected: {
      type: "array",
      items: { type: "object", properties: { index: count("Place in the batch."), error: reference("Problem") } },
    },
  },
};

const listOf = (name: string, schema: string): Json => ({ [name]: { type: "array", items: reference(schema) } });

const parameter = (place: string, name: string, schema: Json, isRequired = false): Json => ({
  in: place,
  name,
  required: isRequired,
  schema,
});

type Operation = {
  readonly request?: Json;
  readonly parameters?: readonly Json[];
  readonly ok: Json;
  readonly problems: readonly ProblemCode[];
};

const OPERATIONS: Readonly<Record<Exclude<Route["operationId"], "submitJob" | "submitBatch">, Operation>> = {
  getJob: {
    parameters: [parameter("path", "id", { type: "string" }, true)],
    ok: { "200": { description: "The job.", content: jsonContent(reference("Job")) } },
    problems: ["no-such-job"],
  },
  listJobs: {
    parameters: [
      parameter("query", "status", { const: "dead" }, true),
      parameter("query", "type", { type: "string" }),
      parameter("query", "limit", { type: "integer", minimum: 1, maximum: 200, default: 50 }),
      parameter("query", "cursor", { type: "string" }),
    ],
    ok: {
      "200": {
        description: "A page of dead jobs, newest first.",
        content: jsonContent({
          type: "object",
          properties: { ...listOf("jobs", "Job"), cursor: text("Of the next page; left out on the last.") },
        }),
      },
    },
    problems: ["malformed-request", "unknown-job-type"],
  },
  listQueues: {
    ok: {
      "200": {
        description: "Every queue.",
        content: jsonContent({ type: "object", properties: listOf("queues", "Queue") }),
      },
    },
    problems: [],
  },
  getOpenApi: {
    ok: { "200": { description: "This document.", content: jsonContent({ type: "object" }) } },
    problems: [],
  },
};

/**
 * Builds the API's description: the route table with one path for each job type, and the job types' own schemas.
 *
 * @param inputs JSON Schema (draft 2020-12) of each job type's input; `{}` where its schema gives none.
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export const openApiDocument = (inputs: Readonly<Record<string, Json>>): Json => ({
  openapi: "3.1.1",
  info: { title: "Sluice", version: "1", description: "Submit jobs, and read what became of them." },
  paths: Object.fromEntries(
    pathsOf(Object.keys(inputs)).map(([path, operations]) => [path, Object.fromEntries(operations)]),
  ),
  components: {
    schemas: {
      Job: JOB,
      Queue: QUEUE,
      Problem: PROBLEM,
      Accepted: ACCEPTED,
      BatchResult: BATCH_RESULT,
      ...Object.fromEntries(Object.entries(inputs).map(([type, schema]) => [submissionName(type), submission(schema)])),
    },
  },
});

const pathsOf = (types: readonly string[]): [string, [string, Json][]][] => {
  const paths = new Map<string, [string, Json][]>();
  const add = (path: string, route: Route, operation: Operation, operationId: string): void => {
    const operations = paths.get(path) ?? [];
    operations.push([route.method.toLowerCase(), described(route, operation, operationId)]);
    paths.set(path, operations);
  };
  for (const route of ROUTES) {
    if (route.operationId !== "submitJob" && route.operationId !== "submitBatch") {
      add(route.path, route, OPERATIONS[route.operationId], route.operationId);
      continue;
    }
    for (const type of types) {
      const operation = route.operationId === "submitJob" ? submitOne(type) : submitMany(type);
      add(route.path.replace("{type}", type), route, operation, `${route.operationId}-${type}`);
    }
  }
  return [...paths];
};

const described = (route: Route, operation: Operation, operationId: string): Json => ({
  operationId,
  summary: route.summary,
  ...(operation.parameters === undefined ? {} : { parameters: operation.parameters }),
  ...(operation.request === undefined
    ? {}
    : { requestBody: { required: true, content: jsonContent(operation.request) } }),
  responses: { ...operation.ok, ...problemResponses([...operation.problems, "internal"]) },
});

const problemResponses = (codes: readonly ProblemCode[]): Json =>
  Object.fromEntries(
    codes.map((code) => [
      String(PROBLEMS[code].status),
      {
        description: `${PROBLEMS[code].title}.`,
        content: { "application/problem+json": { schema: reference("Problem") } },
      },
    ]),
  );

const submitOne = (type: string): Operation => ({
  request: reference(submissionName(type)),
  parameters: [parameter("header", "Idempotency-Key", { type: "string", minLength: 1, maxLength: 255 })],
  ok: {
    "202": {
      description: "The job is queued.",
      headers: { Location: { description: "Where to read the job.", schema: { type: "string" } } },
      content: jsonContent(reference("Accepted")),
    },
  },
  problems: ["not-json", "idempotency-key-reused", "too-large", "invalid-input", "unavailable"],
});

const submitMany = (type: string): Operation => ({
  request: {
    type: "object",
    required: ["jobs"],
    additionalProperties: false,
    properties: {
      jobs: { type: "array", minItems: 1, maxItems: MAX_BATCH_JOBS, items: reference(submissionName(type)) },
    },
  },
  ok: { "202": { description: "What became of each job.", content: jsonContent(reference("BatchResult")) } },
  problems: ["not-json", "invalid-input"],
});

const submissionName = (type: string): string => `Submission-${type}`;

const submission = (input: Json): Json => ({
  type: "object",
  required: ["input"],
  additionalProperties: false,
  properties: {
    input,
    tenant: { ...text("On whose behalf the job runs."), minLength: 1, maxLength: SQS_MAX_GROUP_ID_LENGTH },
    delaySeconds: { type: "integer", minimum: 0, maximum: SQS_MAX_DELAY_SECONDS, default: 0 },
  },
});
