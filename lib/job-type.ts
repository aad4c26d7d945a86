/** What a job type's file imports, as `sluice/job-type`: it brings no part of the CDK into a function's bundle. */
export type { JobContext, JobLog, JobTypeModule, ProbeContext, Run } from "./core/job-type.ts";
export { Permanent, Throttled } from "./core/outcome.ts";
export type { RetryPolicy } from "./core/retry.ts";
