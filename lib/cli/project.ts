import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project that this command line belongs to; of the package, what was built from it. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** Tells the project, which has stages to run, from the package in somebody's app, which has none. */
export const IS_PROJECT = existsSync(join(PROJECT_FOLDER, "bin", "stages.ts"));
