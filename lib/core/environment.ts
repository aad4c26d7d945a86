import { SluiceError } from "./errors.ts";
import type { QueueBounds } from "./scaling/queue-scaling.ts";

/** Environment variables of the api function: each value is written by the template and read by the handler. */
export const API_VARIABLES = {
  tableName: "TABLE_NAME",
  /** JSON: `{ "<type>": ApiQueue }`. */
  queues: "QUEUES",
  /** How fine the metrics are that `GET /queues` asks for, in seconds: 60, as AWS publishes them. */
  metricsPeriodSeconds: "METRICS_PERIOD_SECONDS",
  payloadBucket: "PAYLOAD_BUCKET",
  recordRetentionDays: "RECORD_RETENTION_DAYS",
  redriveLimit: "REDRIVE_LIMIT",
  /** The function that is woken when somebody sets something by hand. */
  scalerFunction: "SCALER_FUNCTION",
} as const;

/** What the api function knows of one job type's queue. */
export type ApiQueue = {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly functionName: string;
  /** The mapping's `MaximumConcurrency`, or null where the stage sets none. */
  readonly limit: number | null;
  /** It has paid pollers, which exclude a limit. */
  readonly isProvisioned: boolean;
};

/** Environment variables of a worker function. */
export const WORKER_VARIABLES = {
  tableName: "TABLE_NAME",
  jobType: "JOB_TYPE",
  queueUrl: "QUEUE_URL",
  deadLetterQueueUrl: "DEAD_LETTER_QUEUE_URL",
  timeoutSeconds: "JOB_TIMEOUT_SECONDS",
  parallel: "JOBS_IN_PARALLEL",
  visibilityTimeoutSeconds: "VISIBILITY_TIMEOUT_SECONDS",
  queueRetentionDays: "QUEUE_RETENTION_DAYS",
  recordRetentionDays: "RECORD_RETENTION_DAYS",
  payloadBucket: "PAYLOAD_BUCKET",
  stage: "STAGE",
  /** The function that a pressed worker wakes. */
  scalerFunction: "SCALER_FUNCTION",
} as const;

/** Environment variables of the scaler function. */
export const SCALER_VARIABLES = {
  tableName: "TABLE_NAME",
  stage: "STAGE",
  /** JSON: `{ "<type>": ScalerQueue }`. */
  queues: "QUEUES",
} as const;

/** What the scaler knows of one job type's queue. */
export type ScalerQueue = {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly bounds: QueueBounds;
};

export type ScalerEnvironment = {
  readonly tableName: string;
  readonly stage: string;
  readonly queues: Readonly<Record<string, ScalerQueue>>;
};

export type ApiEnvironment = {
  readonly tableName: string;
  readonly queues: Readonly<Record<string, ApiQueue>>;
  readonly metricsPeriodSeconds: number;
  readonly payloadBucket: string;
  readonly recordRetentionDays: number;
  /** Redrives that one job may have. */
  readonly redriveLimit: number;
  readonly scalerFunction: string;
};

export type WorkerEnvironment = {
  readonly tableName: string;
  readonly jobType: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly timeoutSeconds: number;
  readonly parallel: number;
  readonly visibilityTimeoutSeconds: number;
  readonly queueRetentionDays: number;
  readonly recordRetentionDays: number;
  readonly payloadBucket: string;
  readonly stage: string;
  readonly scalerFunction: string;
};

/** A process's environment, as a handler hands it over. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Reads the api function's environment. @throws EnvironmentInvalid when a variable is missing or unreadable */
export const readApiEnvironment = (variables: Variables): ApiEnvironment => ({
  tableName: textOf(variables, API_VARIABLES.tableName),
  queues: jsonOf(variables, API_VARIABLES.queues) as ApiEnvironment["queues"],
  metricsPeriodSeconds: numberOf(variables, API_VARIABLES.metricsPeriodSeconds),
  payloadBucket: textOf(variables, API_VARIABLES.payloadBucket),
  recordRetentionDays: numberOf(variables, API_VARIABLES.recordRetentionDays),
  redriveLimit: numberOf(variables, API_VARIABLES.redriveLimit),
  scalerFunction: textOf(variables, API_VARIABLES.scalerFunction),
});

/** Reads a worker function's environment. @throws EnvironmentInvalid when a variable is missing or unreadable */
export const readWorkerEnvironment = (variables: Variables): WorkerEnvironment => ({
  tableName: textOf(variables, WORKER_VARIABLES.tableName),
  jobType: textOf(variables, WORKER_VARIABLES.jobType),
  queueUrl: textOf(variables, WORKER_VARIABLES.queueUrl),
  deadLetterQueueUrl: textOf(variables, WORKER_VARIABLES.deadLetterQueueUrl),
  timeoutSeconds: numberOf(variables, WORKER_VARIABLES.timeoutSeconds),
  parallel: numberOf(variables, WORKER_VARIABLES.parallel),
  visibilityTimeoutSeconds: numberOf(variables, WORKER_VARIABLES.visibilityTimeoutSeconds),
  queueRetentionDays: numberOf(variables, WORKER_VARIABLES.queueRetentionDays),
  recordRetentionDays: numberOf(variables, WORKER_VARIABLES.recordRetentionDays),
  payloadBucket: textOf(variables, WORKER_VARIABLES.payloadBucket),
  stage: textOf(variables, WORKER_VARIABLES.stage),
  scalerFunction: textOf(variables, WORKER_VARIABLES.scalerFunction),
});

/** Reads the scaler function's environment. @throws EnvironmentInvalid when a variable is missing or unreadable */
export const readScalerEnvironment = (variables: Variables): ScalerEnvironment => ({
  tableName: textOf(variables, SCALER_VARIABLES.tableName),
  stage: textOf(variables, SCALER_VARIABLES.stage),
  queues: jsonOf(variables, SCALER_VARIABLES.queues) as ScalerEnvironment["queues"],
});

const textOf = (variables: Variables, name: string): string => {
  const value = variables[name];
  if (value === undefined || value === "") throw wrong(name, "be set", value);
  return value;
};

const numberOf = (variables: Variables, name: string): number => {
  const value = Number(textOf(variables, name));
  if (!Number.isFinite(value)) throw wrong(name, "be a number", variables[name]);
  return value;
};

const jsonOf = (variables: Variables, name: string): unknown => {
  const text = textOf(variables, name);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong(name, "be JSON", text, cause);
  }
};

const wrong = (name: string, expectation: string, got: unknown, cause?: unknown): SluiceError =>
  new SluiceError(
    "EnvironmentInvalid",
    `environment variable ${name} must ${expectation}, got ${JSON.stringify(got)}`,
    {
      hint: "deploy the stack again: the template writes this variable",
      cause,
    },
  );
