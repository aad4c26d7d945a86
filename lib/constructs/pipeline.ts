import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import type { JobSecrets } from "./generated-secret.ts";
import { type ApiJobType, JobApi } from "./job-api.ts";
import { JobQueue } from "./job-queue.ts";
import { checkJobTypeFiles } from "./job-type-file.ts";
import { JobWorker } from "./job-worker.ts";
import { PACKAGE_FOLDER } from "./node-bundle.ts";

export type PipelineProps = {
  readonly stage: ParsedStage;
  readonly table: ITableV2;
  readonly payloads: IBucket;
  /** By job type. */
  readonly secrets: Readonly<Record<string, JobSecrets>>;
  /** Where a job type's module is: `<jobsFolder>/<type>.ts`. @default `lambdas/jobs` of this project */
  readonly jobsFolder?: string | undefined;
};

/** Everything between the HTTP API and the table: for each job type a queue and a worker, and one API before them all. */
export class Pipeline extends Construct {
  readonly api: JobApi;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { stage, table, payloads, jobsFolder = join(PACKAGE_FOLDER, "lambdas/jobs") } = props;
    const files = Object.keys(stage.jobTypes).map((type) => join(jobsFolder, `${type}.ts`));
    // Listing or destroying stacks bundles nothing, and must work without the files.
    if (Stack.of(this).bundlingRequired) checkJobTypeFiles(files);
    const jobTypes = Object.entries(stage.jobTypes).map(([name, settings]) =>
      this.#jobType(name, settings, join(jobsFolder, `${name}.ts`), props),
    );
    this.api = new JobApi(this, "Api", { stage, table, payloads, jobTypes });
  }

  #jobType(name: string, settings: ParsedJobType, file: string, props: PipelineProps): ApiJobType {
    const { stage, table, payloads, secrets } = props;
    const scope = new Construct(this, name);
    const queue = new JobQueue(scope, "Queue", { jobType: name, settings });
    const worker = new JobWorker(scope, "Worker", {
      jobType: name,
      settings,
      stage,
      file,
      queue,
      table,
      payloads,
      secrets: secrets[name] ?? {},
    });
    return { name, file, queue, worker, maxConcurrency: settings.maxConcurrency };
  }
}
