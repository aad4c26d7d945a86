import { fileURLToPath } from "node:url";

/** The folder of the project that this command line belongs to. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));
