import { type App, Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { GeneratedSecret, type JobSecrets } from "../constructs/generated-secret.ts";
import { JobTable } from "../constructs/job-table.ts";
import { PayloadBucket } from "../constructs/payload-bucket.ts";
import type { ParsedStage } from "../core/settings.ts";

export type DataStackProps = {
  readonly stage: ParsedStage;
};

/**
 * What outlives every deployment of a stage: the table of jobs, their large payloads, and the job types' secrets.
 *
 * The pipeline imports a secret by an export, and CloudFormation keeps an export while it is imported. So a job type
 * that has secrets goes in two steps: `cdk deploy Pipeline --exclusively`, then `cdk deploy --all`.
 */
export class DataStack extends Stack {
  readonly table: ITableV2;
  readonly payloads: IBucket;
  /** By job type. */
  readonly secrets: Readonly<Record<string, JobSecrets>>;

  constructor(app: App, id: string, { stage }: DataStackProps) {
    super(app, id, {
      stackName: `Sluice-${stage.name}-Data`,
      description: `Sluice, stage ${stage.name}: the jobs' records, payloads and secrets`,
      terminationProtection: stage.isProtected,
      tags: { application: "sluice", stage: stage.name },
    });
    this.table = new JobTable(this, "Jobs", { isProtected: stage.isProtected }).table;
    this.payloads = new PayloadBucket(this, "Payloads", stage).bucket;
    this.secrets = Object.fromEntries(
      Object.entries(stage.jobTypes).map(([jobType, { secrets }]) => [jobType, this.#secrets(jobType, secrets)]),
    );
  }

  #secrets(jobType: string, variables: readonly string[]): JobSecrets {
    const scope = new Construct(this, jobType);
    return Object.fromEntries(
      variables.map((variable) => [variable, new GeneratedSecret(scope, variable, { jobType, variable })]),
    );
  }
}
