import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { afterAll } from "vitest";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { addStage } from "../../lib/stacks/add-stage.ts";

/** Synthesizes an app for all tests of a file, in `beforeAll`, where the CDK has time to load. @returns its folder */
export const synthesizedOnce = (build: (app: App) => void): string => {
  const outdir = mkdtempSync(join(tmpdir(), "sluice-app-"));
  afterAll(() => rmSync(outdir, { recursive: true }));
  // Bundles nothing: only templates are read.
  const app = new App({ outdir, analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } });
  build(app);
  app.synth();
  return outdir;
};

/** Synthesizes a stage's templates for all tests of a file. @returns the folder */
export const stageOnce = (name: string, settings: StageSettings): string =>
  synthesizedOnce((app) => addStage(app, parseStage(name, settings)));
