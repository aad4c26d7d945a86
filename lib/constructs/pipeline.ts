import { join, resolve } from "node:path";
import { Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import { guardJobType, guardStage } from "../core/settings-guards.ts";
import { acknowledge } from "./acknowledge.ts";
import { Alarms } from "./alarms.ts";
import { annotateWarnings } from "./annotate-warnings.ts";
import { Dashboard } from "./dashboard.ts";
import type { JobSecrets } from "./generated-secret.ts";
import { type ApiJobType, JobApi } from "./job-api.ts";
import { JobQueue } from "./job-queue.ts";
import { checkJobTypeFiles, jobTypeFile } from "./job-type-file.ts";
import { JobWorker } from "./job-worker.ts";
import { keepLogicalId } from "./logical-id.ts";
import { MonthlyBudget } from "./monthly-budget.ts";
import { PACKAGE_FOLDER } from "./node-bundle.ts";
import { type ScaledJobType, Scaler } from "./scaler.ts";

export type PipelineProps = {
  readonly stage: ParsedStage;
  readonly table: ITableV2;
  readonly payloads: IBucket;
  /** By job type. */
  readonly secrets: Readonly<Record<string, JobSecrets>>;
  /** Where a job type's module is: `<jobsFolder>/<type>.ts`, or `.js`. @default `lambdas/jobs` of this project */
  readonly jobsFolder?: string | undefined;
};

/** A job type's queue, and where in the tree the rest of the job type goes. */
type QueuedJobType = ScaledJobType & { readonly scope: Construct };

/**
 * Everything between the HTTP API and the table: for each job type a queue and a worker, one API before them all, a
 * scaler beside them, and the alarms and the dashboard that watch it all.
 */
export class Pipeline extends Construct {
  readonly api: JobApi;
  readonly jobTypes: readonly ApiJobType[];
  readonly scaler: Scaler;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { stage, table, payloads, jobsFolder = join(PACKAGE_FOLDER, "lambdas/jobs") } = props;
    const fileOf = (type: string): string => jobTypeFile(resolve(jobsFolder), type);
    // Listing or destroying stacks bundles nothing, and must work without the files.
    if (Stack.of(this).bundlingRequired) checkJobTypeFiles(Object.keys(stage.jobTypes).map(fileOf));
    const queued = Object.entries(stage.jobTypes).map(([name, settings]) => this.#queue(name, settings));
    this.scaler = new Scaler(this, "Scaler", { stage, table, jobTypes: queued });
    const jobTypes = queued.map((jobType) => this.#work(jobType, fileOf(jobType.name), props));
    this.jobTypes = jobTypes;
    this.scaler.allowControl(jobTypes.map(({ worker }) => worker));
    this.api = new JobApi(this, "Api", { stage, table, payloads, jobTypes, scaler: this.scaler.lambda });
    if (stage.auth === "public") acknowledge(this.api, "APIG4", "the stage asks for it in as many words: `public`");
    const watched = { stage, jobTypes, api: this.api, table, scaler: this.scaler };
    this.alarms = new Alarms(this, "Alarms", watched);
    // Who subscribed by hand stays subscribed.
    keepLogicalId(this.alarms.topic, "AlarmTopic");
    const { monthlyBudgetUsd: usd, alarmEmail: email } = stage;
    if (usd !== undefined) new MonthlyBudget(this, "MonthlyBudget", { usd, topic: this.alarms.topic, email });
    new Dashboard(this, "Dashboard", { watched, alarms: this.alarms });
    annotateWarnings(this, guardStage(stage.name, stage));
  }

  #queue(name: string, settings: ParsedJobType): QueuedJobType {
    const scope = new Construct(this, name);
    return { scope, name, settings, queue: new JobQueue(scope, "Queue", { jobType: name, settings }) };
  }

  #work({ scope, name, settings, queue }: QueuedJobType, file: string, props: PipelineProps): ApiJobType {
    const { stage, table, payloads, secrets } = props;
    annotateWarnings(scope, guardJobType(`${stage.name}.jobTypes.${name}`, settings));
    const worker = new JobWorker(scope, "Worker", {
      jobType: name,
      settings,
      stage,
      file,
      queue,
      table,
      payloads,
      secrets: secrets[name] ?? {},
      scaler: this.scaler.lambda,
    });
    return { name, file, queue, worker, settings };
  }
}
