import { JOB_STATUSES } from "./job.ts";
import { SQS_MAX_DELAY_SECONDS, SQS_MAX_GROUP_ID_LENGTH } from "./limits.ts";
import { PROBLEMS } from "./problem.ts";

/** A piece of a document, as JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** Refers to one of {@link SCHEMAS}, or to a submission. */
export const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
export const text = (description: string): Json => ({ type: "string", description });
export const wholeNumber = (minimum: number, maximum: number, usual?: number): Json => ({
  type: "integer",
  minimum,
  maximum,
  ...(usual === undefined ? {} : { default: usual }),
});
export const listOf = (items: Json, description?: string): Json => ({
  type: "array",
  items,
  ...(description === undefined ? {} : { description }),
});
/** An object of which all fields are there, or those that are named. */
export const object = (properties: Json, required: readonly string[] = Object.keys(properties)): Json => ({
  type: "object",
  required,
  properties,
});

const count = (description: string): Json => ({ type: "integer", minimum: 0, description });
const time = { type: "string", format: "date-time" } as const;
const orNull = (schema: Json): Json => ({ ...schema, type: [schema.type, "null"] });

const JOB_ID = text("The job's id.");
const JOB_TYPE = text("The job's type.");
export const CURSOR = text("Of the next page; left out on the last.");

const JOB = object(
  {
    id: JOB_ID,
    type: JOB_TYPE,
    status: { enum: JOB_STATUSES },
    tenant: text("On whose behalf the job runs."),
    attempts: count("Attempts charged so far, a running one among them; a throttled delivery is not one."),
    submittedAt: time,
    startedAt: { ...time, description: "When the latest attempt started." },
    finishedAt: time,
    cancelRequestedAt: { ...time, description: "When somebody asked to cancel the job while it ran." },
    redrives: { type: "integer", minimum: 1, description: "Redrives that ran; left out where there were none." },
    result: { description: "What the handler returned." },
    resultUnavailable: text("Why the result of a job that succeeded is left out."),
    error: {
      ...object({
        code: text("The error's class."),
        message: text("The error's message."),
        fingerprint: text("Equal for errors that differ only in numbers, ids and quoted values."),
      }),
      description: "Why the latest attempt failed.",
    },
  },
  ["id", "type", "status"],
);

/** What a person has set. */
const MANUAL = object(
  {
    kind: { enum: ["pause", "limit"] },
    limit: { type: "integer", description: "There for a fixed limit." },
    since: time,
  },
  ["kind", "since"],
);

const QUEUE_CONTROL = object(
  {
    type: text("The job type."),
    manual: { ...MANUAL, description: "What is set by hand; left out where nothing is." },
  },
  ["type"],
);

const QUEUE = object(
  {
    type: text("The job type."),
    visible: count("Messages that wait."),
    inFlight: count("Messages that were received and not yet deleted, those that wait for a retry among them."),
    delayed: count("Messages whose delay is not over."),
    dead: count("Dead jobs that await no redrive, counted up to 10,000."),
    oldestAgeSeconds: orNull({ type: "number", description: "Age of the oldest message; null where it is not known." }),
    limit: orNull({ type: "integer", description: "The mapping's MaximumConcurrency; null where none is set." }),
    concurrency: orNull({ type: "integer", description: "Invocations at once; null where it is not known." }),
    state: { enum: ["open", "limited", "paused", "probing"] },
    reason: text("Why the queue is in this state: the scaler's last decision."),
    decidedAt: orNull({
      ...time,
      description: "When the scaler last wrote its decisions; null before it first did.",
    }),
    manual: { ...MANUAL, description: "What is set by hand, and wins over the scaler; left out where nothing is." },
  },
  [
    "type",
    "visible",
    "inFlight",
    "delayed",
    "dead",
    "oldestAgeSeconds",
    "limit",
    "concurrency",
    "state",
    "reason",
    "decidedAt",
  ],
);

const PROBLEM = object(
  {
    type: { enum: Object.keys(PROBLEMS).map((code) => `urn:sluice:problem:${code}`) },
    title: text("The same for every occurrence."),
    status: { type: "integer" },
    detail: text("What was wrong this time, and what to do."),
    errors: listOf(object({ path: text("JSON Pointer into the body."), message: text("What must hold there.") })),
  },
  ["type", "title", "status", "detail"],
);

const QUEUED = { id: JOB_ID, type: JOB_TYPE, status: { const: "queued" } };

const BATCH_RESULT = object({
  accepted: listOf(object({ index: count("Place in the batch."), id: JOB_ID })),
  rejected: listOf(object({ index: count("Place in the batch."), error: reference("Problem") })),
});

const CANCELLATION = object({
  id: JOB_ID,
  type: JOB_TYPE,
  status: { enum: ["running", "cancelled"], description: "`running`: its worker was asked to end it." },
});

const REDRIVE = object({
  ...QUEUED,
  redrive: { type: "integer", minimum: 1, description: "The how-many-eth redrive of the job this is." },
});

const QUEUE_REDRIVE = object(
  {
    dryRun: { type: "boolean" },
    matched: count("Dead jobs that the filter named."),
    redriven: listOf(text("A job's id."), "Jobs that were sent to the queue again; none in a dry run."),
    refused: listOf(object({ id: JOB_ID, error: reference("Problem") }), "Jobs that could not be redriven."),
    cursor: text("Where to go on: there if jobs are left that were not looked at."),
  },
  ["dryRun", "matched", "redriven", "refused"],
);

const DEAD_LETTER = object({
  messageId: text("The message's id in the dead-letter queue."),
  reason: text("Why it is there."),
  sentAt: time,
  receives: count("Times that it was received, this one among them, as SQS counts."),
  body: text("The first 1,000 characters."),
  attributes: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "The message's attributes; binary ones in base 64.",
  },
});

const DEAD_LETTERS = object({
  messages: listOf(reference("DeadLetter")),
  approximateCount: count("Messages in the dead-letter queue, as SQS approximates it."),
});

const DEAD_LETTER_MOVE = object({
  moved: listOf(text("A message's id."), "Messages that were sent to the queue and deleted here."),
  kept: listOf(object({ messageId: text("A message's id."), reason: text("Why it stays.") })),
});

/** The schemas that do not depend on the job types. */
export const SCHEMAS: Readonly<Record<string, Json>> = {
  Job: JOB,
  Queue: QUEUE,
  QueueControl: QUEUE_CONTROL,
  Problem: PROBLEM,
  Accepted: object(QUEUED),
  BatchResult: BATCH_RESULT,
  Cancellation: CANCELLATION,
  Redrive: REDRIVE,
  QueueRedrive: QUEUE_REDRIVE,
  DeadLetter: DEAD_LETTER,
  DeadLetters: DEAD_LETTERS,
  DeadLetterMove: DEAD_LETTER_MOVE,
};

/** The schema of what is submitted for a job type. @param input of its input */
export const submission = (input: Json): Json => ({
  ...object(
    {
      input,
      tenant: { ...text("On whose behalf the job runs."), minLength: 1, maxLength: SQS_MAX_GROUP_ID_LENGTH },
      delaySeconds: wholeNumber(0, SQS_MAX_DELAY_SECONDS, 0),
    },
    ["input"],
  ),
  additionalProperties: false,
});
