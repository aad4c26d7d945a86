/**
 * Prices of us-east-1 in US dollars, none of them lowered by a free tier.
 *
 * @see https://aws.amazon.com/lambda/pricing/ for arm64
 * @see https://aws.amazon.com/sqs/pricing/ for standard queues
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/eventbridge/pricing/ for the scheduler, of which 14 million invocations a month are free
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
const PRICES = {
  lambdaRequest: 0.2 / 1e6,
  lambdaGibSecond: 0.0000133334,
  sqsRequest: 0.4 / 1e6,
  tableReadUnit: 0.125 / 1e6,
  tableWriteUnit: 0.625 / 1e6,
  schedulerInvocation: 1 / 1e6,
  logGb: 0.5,
  logGbMonth: 0.03,
} as const;

const MINUTES_A_MONTH = 730 * 60;
/** The scaler writes its state this often though nothing changes, in minutes. */
const MINUTES_A_WRITE = 5;
/** What Lambda itself logs of an invocation in JSON: its start and its report, with what CloudWatch adds to each line. */
const LOGGED_BYTES = 800;

export type IdleScaler = {
  readonly jobTypes: number;
  readonly memoryMiB: number;
  /** How long one look takes, in milliseconds. */
  readonly lookMs: number;
  /** The scaler's state, in KiB, rounded up: what writing it is charged by. */
  readonly stateKiB: number;
  readonly logRetentionDays: number;
};

/** What a scaler does in a month in which no job comes, by what AWS charges for. */
export type IdleScalerUse = {
  readonly looks: number;
  /** `GetQueueAttributes`. */
  readonly queueReads: number;
  /** Consistent queries of one partition, of up to 4 KiB. */
  readonly tableReads: number;
  readonly stateWrites: number;
  /** Taking the lease before a write, and giving it back. */
  readonly leaseWrites: number;
};

/** Returns what a scaler does in a month without jobs. Lambda's control calls are free and left out. */
export const idleScalerUse = ({ jobTypes }: Pick<IdleScaler, "jobTypes">): IdleScalerUse => {
  const stateWrites = MINUTES_A_MONTH / MINUTES_A_WRITE;
  return {
    looks: MINUTES_A_MONTH,
    queueReads: MINUTES_A_MONTH * jobTypes,
    tableReads: MINUTES_A_MONTH,
    stateWrites,
    leaseWrites: 2 * stateWrites,
  };
};

/** Where the money goes, in US dollars a month. */
export type IdleScalerCost = {
  readonly scheduler: number;
  readonly lambdaRequests: number;
  readonly lambdaTime: number;
  readonly queueReads: number;
  readonly tableReads: number;
  readonly tableWrites: number;
  readonly logs: number;
};

/** Returns what a scaler costs in a month without jobs; the alarms and the queues' own polling are not its cost. */
export const idleScalerCost = (scaler: IdleScaler): IdleScalerCost => {
  const use = idleScalerUse(scaler);
  const loggedGb = (use.looks * LOGGED_BYTES) / 1e9;
  return {
    scheduler: use.looks * PRICES.schedulerInvocation,
    lambdaRequests: use.looks * PRICES.lambdaRequest,
    lambdaTime: use.looks * (scaler.lookMs / 1_000) * (scaler.memoryMiB / 1_024) * PRICES.lambdaGibSecond,
    queueReads: use.queueReads * PRICES.sqsRequest,
    tableReads: use.tableReads * PRICES.tableReadUnit,
    tableWrites: (use.stateWrites * scaler.stateKiB + use.leaseWrites) * PRICES.tableWriteUnit,
    logs: loggedGb * (PRICES.logGb + PRICES.logGbMonth * (scaler.logRetentionDays / 30)),
  };
};

/** Returns the sum, in US dollars a month. */
export const sumOf = (cost: IdleScalerCost): number => Object.values(cost).reduce((sum, part) => sum + part, 0);
