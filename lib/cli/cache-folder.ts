import { join } from "node:path";
import { PROJECT_FOLDER } from "./project.ts";

/** What commands keep between runs; `npm ci` takes it away. */
export const CACHE_FOLDER = join(PROJECT_FOLDER, "node_modules", ".cache", "sluice");
