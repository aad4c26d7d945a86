import { API_VARIABLES, WORKER_VARIABLES } from "./environment.ts";
import {
  ESM_BATCH_SIZE,
  ESM_MAX_WINDOW_SECONDS,
  ESM_MAXIMUM_CONCURRENCY,
  ESM_PROVISIONED_POLLERS,
  LAMBDA_MAX_TIMEOUT_SECONDS,
  LAMBDA_MEMORY_MIB,
  SQS_MAX_IN_FLIGHT,
  SQS_MAX_RETENTION_DAYS,
} from "./limits.ts";
import { type FieldRules, integer, oneOf, text } from "./rules.ts";
import type { JobTypeSettings, ParsedJobType } from "./settings.ts";

/** Seconds of a function's time-out that are kept for claiming and settling. */
export const SETTLE_SECONDS = 5;

/** The periods that CloudWatch Logs can keep logs for, in days. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const VARIABLE_PATTERN = /^[A-Z][A-Z0-9_]*$/;

/** What each setting of a job type must be. */
export const JOB_TYPE_RULES: FieldRules = {
  timeoutSeconds: integer(1, LAMBDA_MAX_TIMEOUT_SECONDS - SETTLE_SECONDS, "split longer work into several jobs"),
  memoryMiB: integer(LAMBDA_MEMORY_MIB.min, LAMBDA_MEMORY_MIB.max, "choose what Lambda offers"),
  batchSize: integer(ESM_BATCH_SIZE.min, ESM_BATCH_SIZE.max, "10 suits most job types"),
  batchWindowSeconds: integer(0, ESM_MAX_WINDOW_SECONDS, "leave it out to run jobs at once"),
  parallel: integer(1, 1_000, "5 suits jobs that wait for others; 1 suits jobs that compute"),
  maxConcurrency: integer(
    ESM_MAXIMUM_CONCURRENCY.min,
    ESM_MAXIMUM_CONCURRENCY.max,
    "leave it out for no limit; AWS offers none below 2",
  ),
  retentionDays: integer(1, SQS_MAX_RETENTION_DAYS - 1, "stay below the dead-letter queue's 14 days"),
  provisioned: {
    min: integer(
      ESM_PROVISIONED_POLLERS.min.min,
      ESM_PROVISIONED_POLLERS.min.max,
      "each poller is paid for by the hour",
    ),
    max: integer(
      ESM_PROVISIONED_POLLERS.max.min,
      ESM_PROVISIONED_POLLERS.max.max,
      "each poller runs up to 10 invocations",
    ),
  },
  environment: { "*": text(VARIABLE_PATTERN) },
  secrets: [text(VARIABLE_PATTERN)],
};

/** What each setting of a stage must be. */
export const STAGE_RULES: FieldRules = {
  auth: oneOf(["iam", "public"], "`iam` is closed by default"),
  isProtected: oneOf([true, false], "say true for a stage whose data must stay"),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS, "choose a period that CloudWatch Logs offers"),
  recordRetentionDays: integer(1, 3_650, "30 suits most stages"),
  redriveLimit: integer(1, 100, "10 suits most stages: what died ten times needs a person"),
  throttle: {
    ratePerSecond: integer(1, 10_000, "an account's own limit is 10,000 a second"),
    burst: integer(1, 5_000, "an account's own limit is 5,000 at once"),
  },
};

/** A rule that more than one setting has a part in. */
type RuleTogether = {
  /** Which setting the breach is told of. */
  readonly field: keyof JobTypeSettings;
  readonly expectation: string;
  readonly remedy: string;
  /** What breaks the rule, or undefined where nothing does. */
  readonly breachOf: (type: ParsedJobType) => unknown;
};

const when = (isBroken: boolean, got: unknown): unknown => (isBroken ? got : undefined);

/** Variables that Lambda, the template or Node itself reads. @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED_VARIABLES: readonly string[] = [
  ...Object.values(WORKER_VARIABLES),
  ...Object.values(API_VARIABLES),
  "NODE_OPTIONS",
  "TZ",
];
const isReserved = (name: string): boolean => RESERVED_VARIABLES.includes(name) || /^(AWS_|LAMBDA_)/.test(name);

const variablesOf = ({ environment, secrets }: ParsedJobType): readonly string[] => [
  ...Object.keys(environment),
  ...secrets,
];

/** The rules that concern more than one setting; they see defaults filled in. */
export const RULES_TOGETHER: readonly RuleTogether[] = [
  {
    field: "batchSize",
    expectation: `be at most ${ESM_BATCH_SIZE.maxWithoutWindow} without a window`,
    remedy: "set batchWindowSeconds to 1 or more",
    breachOf: ({ batchSize, batchWindowSeconds }) =>
      when(batchSize > ESM_BATCH_SIZE.maxWithoutWindow && batchWindowSeconds < 1, batchSize),
  },
  {
    field: "maxConcurrency",
    expectation: "be left out where provisioned is set",
    remedy: "bound provisioned.max instead: each poller runs up to 10 at once",
    breachOf: ({ provisioned, maxConcurrency }) => when(provisioned !== undefined, maxConcurrency),
  },
  {
    field: "provisioned",
    expectation: "have a max of at least its min",
    remedy: "raise max",
    breachOf: ({ provisioned }) => when(provisioned !== undefined && provisioned.max < provisioned.min, provisioned),
  },
  {
    field: "timeoutSeconds",
    expectation: `leave a function time-out (ceil(batchSize / parallel) × timeoutSeconds + ${SETTLE_SECONDS}) of at most ${LAMBDA_MAX_TIMEOUT_SECONDS}`,
    remedy: "lower timeoutSeconds or batchSize, or raise parallel",
    breachOf: ({ functionTimeoutSeconds }) =>
      when(functionTimeoutSeconds > LAMBDA_MAX_TIMEOUT_SECONDS, functionTimeoutSeconds),
  },
  {
    field: "batchSize",
    expectation: `keep batchSize × maxConcurrency at most ${SQS_MAX_IN_FLIGHT}, SQS's limit of messages in flight`,
    remedy: "lower batchSize or maxConcurrency",
    breachOf: ({ batchSize, maxConcurrency = 0 }) =>
      when(batchSize * maxConcurrency > SQS_MAX_IN_FLIGHT, batchSize * maxConcurrency),
  },
  {
    field: "environment",
    expectation: "leave out the variables that the template and Lambda set",
    remedy: "rename them",
    breachOf: (type) => variablesOf(type).find(isReserved),
  },
  {
    field: "secrets",
    expectation: "name each variable once, and none that environment sets",
    remedy: "remove or rename one of them",
    breachOf: (type) => variablesOf(type).find((name, index, all) => all.indexOf(name) !== index),
  },
];
