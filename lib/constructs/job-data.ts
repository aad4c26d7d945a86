import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { ParsedStage } from "../core/settings.ts";
import { GeneratedSecret, type JobSecrets } from "./generated-secret.ts";
import { JobTable } from "./job-table.ts";
import { PayloadBucket } from "./payload-bucket.ts";

/** What outlives every deployment of a stage, and is kept when its stack goes. */
export type JobData = {
  readonly table: ITableV2;
  readonly payloads: IBucket;
  /** By job type. */
  readonly secrets: Readonly<Record<string, JobSecrets>>;
};

/** Adds the table of jobs, the bucket of their large payloads and the job types' secrets to a scope. */
export const addJobData = (scope: Construct, stage: ParsedStage): JobData => ({
  table: new JobTable(scope, "Jobs", { isProtected: stage.isProtected }).table,
  payloads: new PayloadBucket(scope, "Payloads", stage).bucket,
  secrets: Object.fromEntries(
    Object.entries(stage.jobTypes).map(([jobType, { secrets }]) => [jobType, addSecrets(scope, jobType, secrets)]),
  ),
});

const addSecrets = (scope: Construct, jobType: string, variables: readonly string[]): JobSecrets => {
  const own = new Construct(scope, jobType);
  return Object.fromEntries(
    variables.map((variable) => [variable, new GeneratedSecret(own, variable, { jobType, variable })]),
  );
};
