import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { RetryPolicy } from "./retry.ts";

/** A job type's name: it becomes a path segment, a file name and part of every job id. */
export const JOB_TYPE_PATTERN = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const JOB_TYPE_MAX_LENGTH = 40;

/** Writes one structured line to the worker's log. Never log input: it may hold secrets. */
export type JobLog = (event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What a running job knows and may ask. */
export type JobContext = {
  readonly id: string;
  /** From 1; a throttled or lost delivery is not counted. */
  readonly attempt: number;
  readonly tenant: string | undefined;
  /** When the client posted the job, ISO 8601 in UTC: the same for every attempt. */
  readonly submittedAt: string;
  /** The same for every attempt and delivery of this job: hand it to what the job calls. */
  readonly idempotencyKey: string;
  /** Aborts when the job's time is up or the job is cancelled. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Milliseconds until {@link JobContext.signal} aborts; never negative. */
  readonly remainingMs: () => number;
  /** The function's environment: what the stage sets for this job type, and its secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Makes a call of the downstream, whose duration tells the scaler how it fares; gives back what the call gives, or throws what it throws. */
  readonly measure: <Result>(call: () => Promise<Result>) => Promise<Result>;
};

/** What a `probe` knows; its signal aborts when its time is up. */
export type ProbeContext = Pick<JobContext, "signal" | "log" | "environment">;

/** A job type's handler: returns the result (JSON) or throws; see `Permanent` and `Throttled`. */
export type Run<Schema extends StandardSchemaV1> = (
  input: StandardSchemaV1.InferOutput<Schema>,
  job: JobContext,
) => Promise<unknown>;

/** A job type's module: what `lambdas/jobs/<type>.ts` exports. */
export type JobTypeModule = {
  /** Any Standard Schema; one that also gives JSON Schema (zod does) shows its shape in the OpenAPI document. */
  readonly input: StandardSchemaV1;
  // The schema that `input` names decides the argument; here it can be any.
  readonly run: (input: never, job: JobContext) => Promise<unknown>;
  readonly retry?: Partial<RetryPolicy>;
  /** Looks whether the downstream is back, without a job: up if it resolves, down if it throws. */
  readonly probe?: (job: ProbeContext) => Promise<unknown>;
};

/** One thing wrong with an input: `path` is a JSON Pointer (RFC 6901) below the checked value. */
export type Violation = { readonly path: string; readonly message: string };

/** Checks a value against a job type's schema. */
export const checkInput = async (
  schema: StandardSchemaV1,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly violations: readonly Violation[] }> => {
  const checked = await schema["~standard"].validate(value);
  if (checked.issues === undefined) return { value: checked.value };
  return { violations: checked.issues.map(({ path, message }) => ({ path: pointer(path), message })) };
};

const pointer = (path: StandardSchemaV1.Issue["path"]): string =>
  (path ?? [])
    .map((segment) => String(typeof segment === "object" ? segment.key : segment))
    .map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
