import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project that this command line belongs to; of the package, what was built from it. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** Tells the project, which has stages to run, from the package in somebody's app, which has none. */
export const IS_PROJECT = existsSync(join(PROJECT_FOLDER, "bin", "stages.ts"));

/** Returns a program's file in a package. @param required who asks, and so which of several versions it is */
export const binOf = (required: NodeJS.Require, packageName: string, program: string): string =>
  join(dirname(required.resolve(`${packageName}/package.json`)), "bin", program);
