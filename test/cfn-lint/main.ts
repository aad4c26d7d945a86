import { CACHE_FOLDER } from "../../lib/cli/cache-folder.ts";
import { isSluiceError } from "../../lib/core/errors.ts";
import { STAGE_VARIANTS } from "../support/stage-variants.ts";
import { templatesOf } from "../support/synthesize.ts";
import { lintTemplates } from "./lint-templates.ts";

/** `npm run lint:templates`: exits 0 if cfn-lint finds nothing, 1 if it does, 2 if it cannot run. */
const main = async (): Promise<number> => {
  const names = Object.keys(STAGE_VARIANTS);
  const templates = names.flatMap((stage) =>
    (["data", "pipeline"] as const).map((stack) => {
      const template = (): object => templatesOf(stage, STAGE_VARIANTS[stage])[stack].toJSON();
      return [`${stage}.${stack}`, template] as const;
    }),
  );
  try {
    const say = (line: string): void => console.error(line);
    const isClean = await lintTemplates({ templates: Object.fromEntries(templates), cacheFolder: CACHE_FOLDER, say });
    console.log(`cfn-lint finds ${isClean ? "nothing" : "the above"} in ${templates.length} templates`);
    return isClean ? 0 : 1;
  } catch (error) {
    if (!isSluiceError(error)) throw error;
    console.error(`error: ${error.message}\nhint: ${error.hint}`);
    return 2;
  }
};

process.exitCode = await main();
