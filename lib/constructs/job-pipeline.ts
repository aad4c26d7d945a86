import { Stack } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { SluiceError } from "../core/errors.ts";
import { ROUTES, type Route } from "../core/routes.ts";
import { type JobTypeSettings, type ParsedStage, parseStage, type StageSettings } from "../core/settings.ts";
import type { Alarms } from "./alarms.ts";
import type { JobApi } from "./job-api.ts";
import { addJobData } from "./job-data.ts";
import type { JobQueue } from "./job-queue.ts";
import { Pipeline } from "./pipeline.ts";
import { guardTemplates } from "./template-guard.ts";

/** What a stage can set, besides where the job types are. */
export type JobPipelineProps<Type extends string = string> = Omit<StageSettings, "jobTypes"> & {
  /** The job types, by name: each is a file `<name>.ts` or `.js` in the jobs folder. */
  readonly jobTypes: Readonly<Record<Type, JobTypeSettings>>;
  /** The folder of the job types' files. @default the job types that Sluice ships */
  readonly jobsFolder?: string;
  /** What metrics and alarms call this pipeline: unique in its account and region. @default the stack's name */
  readonly stage?: string;
};

/**
 * A job pipeline in a stack of your own: the HTTP API, a queue and a worker for each job type, the scaler, the alarms,
 * and the table of jobs. A stack has one at most.
 *
 * The table, the payload bucket and the secrets stay when the stack is deleted.
 *
 * @throws SettingsInvalid, JobTypeFilesInvalid or PipelineNotAlone
 */
export class JobPipeline<Type extends string = string> extends Construct {
  readonly api: JobApi;
  readonly table: ITableV2;
  /** The bucket of inputs and results that are too large for a message or a record. */
  readonly payloads: IBucket;
  readonly queues: Readonly<Record<Type, JobQueue>>;
  /** The functions that run the jobs: grant them what their job types need. */
  readonly workers: Readonly<Record<Type, LambdaFunction>>;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, { stage, jobsFolder, ...settings }: JobPipelineProps<Type>) {
    super(scope, id);
    this.#standAlone();
    const parsed = this.#parse(stage ?? Stack.of(this).stackName, settings);
    const data = addJobData(this, parsed);
    const { api, alarms, jobTypes } = new Pipeline(this, "Pipeline", { stage: parsed, jobsFolder, ...data });
    this.api = api;
    this.alarms = alarms;
    this.table = data.table;
    this.payloads = data.payloads;
    this.queues = byType(jobTypes.map(({ name, queue }) => [name, queue]));
    this.workers = byType(jobTypes.map(({ name, worker }) => [name, worker.lambda]));
    guardTemplates(this);
  }

  /** Lets somebody submit jobs of these types, where the HTTP API takes signed requests. @default all types */
  grantSubmit(grantee: IGrantable, ...types: readonly Type[]): Grant {
    const submitted = types.length === 0 ? Object.keys(this.queues) : types;
    const paths = ROUTES.filter(({ operationId }) => operationId === "submitJob" || operationId === "submitBatch");
    return this.#grantRoutes(
      grantee,
      submitted.flatMap((type) => paths.map((route) => arnPath(route, type))),
    );
  }

  /** Lets somebody read jobs and queues, and change neither, where the HTTP API takes signed requests. */
  grantRead(grantee: IGrantable): Grant {
    const reading = ROUTES.filter(({ method }) => method === "GET");
    return this.#grantRoutes(
      grantee,
      reading.map((route) => arnPath(route, "*")),
    );
  }

  #grantRoutes(grantee: IGrantable, paths: readonly string[]): Grant {
    const stack = Stack.of(this);
    return Grant.addToPrincipal({
      grantee,
      actions: ["execute-api:Invoke"],
      resourceArns: paths.map((path) =>
        stack.formatArn({ service: "execute-api", resource: this.api.apiId, resourceName: `*/${path}` }),
      ),
    });
  }

  /** The logical ids of what holds data are literals: two pipelines would claim the same. */
  #standAlone(): void {
    const stack = Stack.of(this);
    const other = stack.node
      .findAll()
      .find((node) => node !== this && node instanceof JobPipeline && Stack.of(node) === stack);
    if (other === undefined) return;
    throw new SluiceError(
      "PipelineNotAlone",
      `${this.node.path} must be the only JobPipeline of its stack, got ${other.node.path} beside it`,
      { hint: "give it a stack of its own, or add its job types to the other one" },
    );
  }

  #parse(name: string, settings: StageSettings): ParsedStage {
    const { path, id } = this.node;
    const hint = `edit what \`new JobPipeline(…, ${JSON.stringify(id)}, …)\` is given`;
    return parseStage(name, settings, { path: id, title: path, hint });
  }
}

const byType = <Type extends string, Part>(parts: readonly (readonly [string, Part])[]) =>
  Object.fromEntries(parts) as Readonly<Record<Type, Part>>;

/** A route as `execute-api` writes it. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html */
const arnPath = ({ method, path }: Route, value: string): string => `${method}${path.replaceAll(/\{\w+\}/g, value)}`;
