/** What a CDK app imports as `sluice`; a job type's file imports `sluice/job-type`. */
export type { Alarms } from "./constructs/alarms.ts";
export type { JobApi } from "./constructs/job-api.ts";
export { JobPipeline, type JobPipelineProps } from "./constructs/job-pipeline.ts";
export type { JobQueue } from "./constructs/job-queue.ts";
export { isSluiceError, SluiceError } from "./core/errors.ts";
export {
  type JobTypeSettings,
  type ParsedStage,
  parseStage,
  type SettingsPlace,
  type StageSettings,
} from "./core/settings.ts";
export { type AddStageOptions, addStage } from "./stacks/add-stage.ts";
