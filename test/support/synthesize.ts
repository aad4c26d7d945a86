import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { stages } from "../../bin/stages.ts";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { addStage } from "../../lib/stacks/add-stage.ts";

export type StageToSynthesize = {
  readonly name: string;
  readonly settings: StageSettings;
  /** @default `lambdas/jobs` of this project */
  readonly jobsFolder?: string;
};

export type StageTemplates = { readonly data: Template; readonly pipeline: Template };

/** The stages of `bin/stages.ts`, by name. */
export const shippedStages: Readonly<Record<string, StageSettings>> = stages;

/**
 * Returns a stage's templates, with each resource's path, as `cdk synth` writes it. Bundles nothing: the job types'
 * files need not be there.
 */
export const templatesOf = (
  name: string,
  settings: StageSettings | undefined = shippedStages[name],
): StageTemplates => {
  if (settings === undefined) throw new Error(`bin/stages.ts has no stage ${name}`);
  const folder = mkdtempSync(join(tmpdir(), "sluice-synth-"));
  try {
    synthesize(folder, { name, settings }, { "aws:cdk:bundling-stacks": [], "aws:cdk:enable-path-metadata": true });
    return { data: templateIn(folder, "Data"), pipeline: templateIn(folder, "Pipeline") };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Writes a stage's cloud assembly, functions bundled, to a folder: what `cdk synth -o <folder>` would write. */
export const synthesizeTo = (folder: string, stage: StageToSynthesize): void => synthesize(folder, stage, {});

const synthesize = (
  outdir: string,
  { name, settings, jobsFolder }: StageToSynthesize,
  context: Readonly<Record<string, unknown>>,
): void => {
  const app = new App({ outdir, analyticsReporting: false, context: { ...flags(), ...context } });
  addStage(app, parseStage(name, settings), { jobsFolder });
  app.synth();
};

/** The feature flags of `cdk.json`. */
export const flags = (): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")).context;

const templateIn = (folder: string, stack: string): Template =>
  Template.fromJSON(JSON.parse(readFileSync(join(folder, `${stack}.template.json`), "utf8")));
