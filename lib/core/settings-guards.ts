import { API_VARIABLES, WORKER_VARIABLES } from "./environment.ts";
import { type GuardFinding, type GuardRule, guard, when } from "./guard.ts";
import { ESM_BATCH_SIZE, ESM_INVOCATIONS_PER_POLLER, LAMBDA_MAX_TIMEOUT_SECONDS, SQS_MAX_IN_FLIGHT } from "./limits.ts";
import { leftForQueues } from "./scaling/allocation.ts";
import type { ParsedJobType, ParsedStage } from "./settings.ts";
import { SETTLE_SECONDS } from "./settings-rules.ts";
import { sum } from "./sum.ts";

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

/** The most invocations at once that the settings allow; infinite where they set no bound. */
const ceilingOf = ({ maxConcurrency, provisioned }: ParsedJobType): number =>
  maxConcurrency ??
  (provisioned === undefined ? Number.POSITIVE_INFINITY : provisioned.max * ESM_INVOCATIONS_PER_POLLER);

/** The rules between the settings of one job type; they see defaults filled in. */
export const JOB_TYPE_GUARDS: readonly GuardRule<ParsedJobType>[] = [
  {
    id: "batch-without-window",
    level: "refuse",
    field: "batchSize",
    expectation: `be at most ${ESM_BATCH_SIZE.maxWithoutWindow} without a window`,
    remedy: "set batchWindowSeconds to 1 or more",
    breachOf: ({ batchSize, batchWindowSeconds }) =>
      when(batchSize > ESM_BATCH_SIZE.maxWithoutWindow && batchWindowSeconds < 1, batchSize),
  },
  {
    id: "limit-with-provisioned",
    level: "refuse",
    field: "maxConcurrency",
    expectation: "be left out where provisioned is set",
    remedy: `bound provisioned.max instead: each poller runs up to ${ESM_INVOCATIONS_PER_POLLER} at once`,
    breachOf: ({ provisioned, maxConcurrency }) => when(provisioned !== undefined, maxConcurrency),
  },
  {
    id: "pollers-upside-down",
    level: "refuse",
    field: "provisioned",
    expectation: "have a max of at least its min",
    remedy: "raise max",
    breachOf: ({ provisioned }) => when(provisioned !== undefined && provisioned.max < provisioned.min, provisioned),
  },
  {
    id: "floor-above-ceiling",
    level: "refuse",
    field: "minConcurrency",
    expectation: (type) => `be at most what the job type may run at once, ${ceilingOf(type)}`,
    remedy: "lower it, or raise maxConcurrency or provisioned.max",
    breachOf: (type) => when(type.minConcurrency > ceilingOf(type), type.minConcurrency),
  },
  {
    id: "function-too-long",
    level: "refuse",
    field: "timeoutSeconds",
    expectation: `leave a function time-out (ceil(batchSize / parallel) × timeoutSeconds + ${SETTLE_SECONDS}) of at most ${LAMBDA_MAX_TIMEOUT_SECONDS}`,
    remedy: "lower timeoutSeconds or batchSize, or raise parallel",
    breachOf: ({ functionTimeoutSeconds }) =>
      when(functionTimeoutSeconds > LAMBDA_MAX_TIMEOUT_SECONDS, functionTimeoutSeconds),
  },
  {
    id: "too-many-in-flight",
    level: "refuse",
    field: "batchSize",
    expectation: `keep batchSize × maxConcurrency at most ${SQS_MAX_IN_FLIGHT}, SQS's limit of messages in flight`,
    remedy: "lower batchSize or maxConcurrency",
    breachOf: ({ batchSize, maxConcurrency = 0 }) =>
      when(batchSize * maxConcurrency > SQS_MAX_IN_FLIGHT, batchSize * maxConcurrency),
  },
  {
    id: "variable-taken",
    level: "refuse",
    field: "environment",
    expectation: "leave out the variables that the template and Lambda set",
    remedy: "rename them",
    breachOf: (type) => variablesOf(type).find(isReserved),
  },
  {
    id: "variable-twice",
    level: "refuse",
    field: "secrets",
    expectation: "name each variable once, and none that environment sets",
    remedy: "remove or rename one of them",
    breachOf: (type) => variablesOf(type).find((name, index, all) => all.indexOf(name) !== index),
  },
  {
    id: "target-under-window",
    level: "warn",
    field: "targetWaitSeconds",
    expectation: ({ batchWindowSeconds }) => `be above batchWindowSeconds, ${batchWindowSeconds}`,
    remedy: "raise it, or shorten the window: a job may wait that long with nothing before it",
    breachOf: ({ targetWaitSeconds, batchWindowSeconds }) =>
      when(targetWaitSeconds <= batchWindowSeconds, targetWaitSeconds),
  },
  {
    id: "target-under-timeout",
    level: "warn",
    field: "targetWaitSeconds",
    expectation: ({ timeoutSeconds }) => `be at least timeoutSeconds, ${timeoutSeconds}`,
    remedy: "raise it, or lower timeoutSeconds: a job waits that long when one slow job per place is before it",
    breachOf: ({ targetWaitSeconds, timeoutSeconds }) => when(targetWaitSeconds < timeoutSeconds, targetWaitSeconds),
  },
];

/** What the job types of a stage ask of the account's concurrency. */
type StageDemand = {
  readonly accountConcurrency: number;
  /** What the queues may share: the rest is kept for the api and the scaler. */
  readonly available: number;
  readonly floors: number;
  readonly ceilings: number;
};

/** The rules between all job types of a stage that states its account's concurrency. */
export const STAGE_GUARDS: readonly GuardRule<StageDemand>[] = [
  {
    id: "floors-above-account",
    level: "refuse",
    field: "accountConcurrency",
    expectation: ({ floors }) => `leave the job types their minConcurrency, ${floors} together`,
    remedy: "lower minConcurrency, remove a job type, or ask AWS for more concurrency",
    breachOf: ({ floors, available, accountConcurrency }) =>
      when(floors > available, `${available} of ${accountConcurrency}`),
  },
  {
    id: "ceilings-above-account",
    level: "warn",
    field: "accountConcurrency",
    expectation: ({ ceilings }) =>
      `leave the job types their maxConcurrency and provisioned.max × ${ESM_INVOCATIONS_PER_POLLER}, ${ceilings} together`,
    remedy: "lower them, or ask AWS for more: when all are busy, the scaler shares by backlog what there is",
    breachOf: ({ ceilings, available, accountConcurrency }) =>
      when(ceilings > available, `${available} of ${accountConcurrency}`),
  },
];

/** Applies the rules between the settings of a job type. @param type With defaults filled in */
export const guardJobType = (path: string, type: ParsedJobType): readonly GuardFinding[] =>
  guard(path, type, JOB_TYPE_GUARDS);

/** Applies the rules between the job types of a stage. */
export const guardStage = (path: string, stage: StageConcurrency): readonly GuardFinding[] => {
  const { accountConcurrency } = stage;
  if (accountConcurrency === undefined) return [];
  const types = Object.values(stage.jobTypes);
  const demand = {
    accountConcurrency,
    available: leftForQueues({ concurrency: accountConcurrency, unreserved: accountConcurrency }),
    floors: sum(types.map(({ minConcurrency }) => minConcurrency)),
    // A job type with no ceiling counts nothing: AWS's own bound is above most accounts', and nobody chose it.
    ceilings: sum(types.map(ceilingOf).filter(Number.isFinite)),
  };
  return guard(path, demand, STAGE_GUARDS);
};

type StageConcurrency = Pick<ParsedStage, "accountConcurrency" | "jobTypes">;
