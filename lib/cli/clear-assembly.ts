import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

/** How the CDK names the code of functions: by its content. */
const CODE = /^asset\./;
/** Longer than an embedded run is left running, as a rule. */
const KEPT_DAYS = 3;
const DAY_MS = 86_400_000;

/**
 * Clears an assembly's folder for the next synthesis, but for the code of functions: a run of what was synthesized
 * before loads it into each new environment. Code that no assembly of the folder has named for some days goes too.
 */
export const clearAssembly = async (folder: string, nowMs: number): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  const manifests = await Promise.all(
    names.filter((name) => name.endsWith(".assets.json")).map((name) => readFile(join(folder, name), "utf8")),
  );
  const isNamed = (code: string): boolean => manifests.some((manifest) => manifest.includes(code));
  for (const name of names) {
    const path = join(folder, name);
    // From now on a folder's time is when it was last named.
    if (CODE.test(name) && isNamed(name)) await utimes(path, nowMs / 1_000, nowMs / 1_000);
    else if (!CODE.test(name) || (await isOlder(path, nowMs - KEPT_DAYS * DAY_MS))) {
      await rm(path, { recursive: true, force: true });
    }
  }
};

const isOlder = async (path: string, thanMs: number): Promise<boolean> => (await stat(path)).mtimeMs < thanMs;
