/** Who AWS takes the caller for. */
export type Caller = {
  readonly account: string;
  readonly arn: string;
  /** How far this machine's clock is ahead of AWS's, in seconds; undefined where the answer told no time. */
  readonly clockAheadSeconds: number | undefined;
};

/** Invocations at once that Lambda allows all functions of an account in a region. */
export type AccountConcurrency = {
  readonly concurrency: number;
  /** What of it no function has for itself. */
  readonly unreserved: number;
};

export type StackState = {
  /** As CloudFormation writes it, `UPDATE_COMPLETE` for one. */
  readonly status: string;
  readonly reason: string | undefined;
};

/** What the doctor asks of an account in a region; it changes nothing. Each call ends within its time or throws. */
export type AwsAccount = {
  readonly caller: () => Promise<Caller>;
  /** @returns undefined where there is no such parameter */
  readonly parameter: (name: string) => Promise<string | undefined>;
  readonly concurrency: () => Promise<AccountConcurrency>;
  /** @returns undefined where there is no such stack */
  readonly stack: (name: string) => Promise<StackState | undefined>;
};
