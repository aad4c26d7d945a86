/** What the doctor looks at, in this order. */
export type CheckName = "node" | "stage" | "region" | "credentials" | "bootstrap" | "concurrency" | "stacks";

/** `skip` is said of a check that needed another one to go well. */
export type FindingStatus = "ok" | "warn" | "fail" | "skip";

/** What one check found, in one line. */
export type Finding = {
  readonly check: CheckName;
  readonly status: FindingStatus;
  readonly says: string;
  /** What to do, a command first wherever there is one; empty where nothing is to be done. */
  readonly next: readonly string[];
};

const finding =
  (status: FindingStatus) =>
  (check: CheckName, says: string, ...next: readonly string[]): Finding => ({ check, status, says, next });

export const ok = (check: CheckName, says: string): Finding => finding("ok")(check, says);
export const warn = finding("warn");
export const fail = finding("fail");
export const skip = (check: CheckName, says: string): Finding => finding("skip")(check, says);
