import { type App, Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { JobSecrets } from "../constructs/generated-secret.ts";
import { addJobData, type JobData } from "../constructs/job-data.ts";
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
export class DataStack extends Stack implements JobData {
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
    const { table, payloads, secrets } = addJobData(this, stage);
    this.table = table;
    this.payloads = payloads;
    this.secrets = secrets;
  }
}
