import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../support/pages.ts";

export type Step = {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
};

export type Permissions = Readonly<Record<string, string>>;

export type Job = {
  readonly "runs-on": string;
  readonly "timeout-minutes"?: number;
  readonly environment?: string;
  readonly permissions?: Permissions;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
};

export type Workflow = {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Permissions;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": unknown };
  readonly jobs: Readonly<Record<string, Job>>;
};

/** A file below `.github`, as text: comments count. */
export const textOfFile = (file: string): string => readFileSync(join(ROOT, ".github", file), "utf8");

/** Names of the workflows' files. */
export const WORKFLOWS: readonly string[] = globSync("workflows/*.yml", { cwd: join(ROOT, ".github") }).sort();

/** Names of the actions' files of this repository. */
export const ACTIONS: readonly string[] = globSync("actions/*/action.yml", { cwd: join(ROOT, ".github") }).sort();

export const workflow = (file: string): Workflow => parse(textOfFile(file));

export const jobsOf = (file: string): readonly (readonly [string, Job])[] => Object.entries(workflow(file).jobs);

/** All steps: of a workflow's jobs, or of an action. */
export const stepsOf = (file: string): readonly Step[] =>
  file.startsWith("actions/") ? parse(textOfFile(file)).runs.steps : jobsOf(file).flatMap(([, { steps }]) => steps);

/** Returns what a step runs, one command for each line, without what it is piped into. */
export const commandsOf = (step: Step): readonly string[] =>
  (step.run ?? "")
    .split("\n")
    .map((line) => line.split(/ 2>&1| \| | >> /)[0]?.trim() ?? "")
    .filter((line) => line !== "");
