import type { App } from "aws-cdk-lib";
import { guardTemplates } from "../constructs/template-guard.ts";
import type { ParsedStage } from "../core/settings.ts";
import { DataStack } from "./data-stack.ts";
import { PipelineStack } from "./pipeline-stack.ts";

export type AddStageOptions = {
  /** Where a job type's module is: `<jobsFolder>/<type>.ts`. @default `lambdas/jobs` of this project */
  readonly jobsFolder?: string | undefined;
};

/** Adds a stage's two stacks to an app. They know no account and no region: they go where the credentials lead. */
export const addStage = (app: App, stage: ParsedStage, options: AddStageOptions = {}): void => {
  const { table, payloads, secrets } = new DataStack(app, "Data", { stage });
  new PipelineStack(app, "Pipeline", { stage, table, payloads, secrets, ...options });
  guardTemplates(app);
};
