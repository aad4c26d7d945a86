import {
  ESM_BATCH_SIZE,
  ESM_MAX_WINDOW_SECONDS,
  ESM_MAXIMUM_CONCURRENCY,
  ESM_PROVISIONED_POLLERS,
  LAMBDA_MAX_TIMEOUT_SECONDS,
  LAMBDA_MEMORY_MIB,
  SQS_MAX_RETENTION_DAYS,
} from "./limits.ts";
import { type FieldRules, integer, like, oneOf, text } from "./rules.ts";

/** Seconds of a function's time-out that are kept for claiming and settling. */
export const SETTLE_SECONDS = 5;

/** The periods that CloudWatch Logs can keep logs for, in days. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const VARIABLE_PATTERN = /^[A-Z][A-Z0-9_]*$/;

/** Half a day: half of the shortest retention, so that a late queue is told of before its messages are at risk. */
const MAX_TARGET_WAIT_SECONDS = 43_200;

/** As much as tells an address from a name: whether it takes mail, only a mail can show. */
const EMAIL_PATTERN = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

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
  minConcurrency: integer(
    ESM_MAXIMUM_CONCURRENCY.min,
    ESM_MAXIMUM_CONCURRENCY.max,
    "leave it out for 2, the least that a limit can be",
  ),
  targetWaitSeconds: integer(1, MAX_TARGET_WAIT_SECONDS, "60 suits most job types"),
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

/** An issuer's base: API Gateway appends the path of its keys. */
const ISSUER_PATTERN = /^https:\/\/[^\s/?#]+(\/[^\s?#]*)?$/;

/** What each setting of a stage must be. */
export const STAGE_RULES: FieldRules = {
  auth: oneOf(["iam", "jwt", "apiKey", "public"], "`iam` is closed by default"),
  jwt: {
    issuer: like(ISSUER_PATTERN, "be an https URL", "write it as the tokens' iss has it, with no query"),
    audience: [like(/^\S+$/, "be a text without spaces", "write it as the tokens' aud has it")],
  },
  front: oneOf(["http", "rest"], "`rest` is for API keys, WAF and request validation"),
  dailyQuota: integer(1, 1_000_000_000, "leave it out for a million"),
  isProtected: oneOf([true, false], "say true for a stage whose data must stay"),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS, "choose a period that CloudWatch Logs offers"),
  recordRetentionDays: integer(1, 3_650, "30 suits most stages"),
  redriveLimit: integer(1, 100, "10 suits most stages: what died ten times needs a person"),
  throttle: {
    ratePerSecond: integer(1, 10_000, "an account's own limit is 10,000 a second"),
    burst: integer(1, 5_000, "an account's own limit is 5,000 at once"),
  },
  accountConcurrency: integer(1, 1_000_000, "`aws lambda get-account-settings` tells it"),
  alarmEmail: like(EMAIL_PATTERN, "be an e-mail address", "write it as name@example.com, or leave it out"),
  monthlyBudgetUsd: integer(1, 1_000_000, "leave it out for no budget"),
  alarms: oneOf(["all", "plain"], "`plain` is for emulators"),
};
