import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import type { Outputs } from "./loaded-outputs.ts";

/**
 * Tells whether something that a bundle imports lazily would lack names which its importer may ask for.
 *
 * A module of its own has to say what it exports before it runs, and what CommonJS exports nobody knows before: in a
 * module of its own it has but a `default`. Inlined it has all its names.
 *
 * @param outputs What is loaded, lazily or not
 */
export const losesNames = (outputs: Outputs, { inputs }: Metafile, { absWorkingDir }: LostNamesOptions): boolean => {
  const seen = new Set<string>();
  const handsOnCommonJs = (file: string): boolean => {
    const input = inputs[file];
    if (input === undefined || seen.has(file)) return false;
    seen.add(file);
    if (input.format === "cjs") return true;
    const handedOn = input.imports.filter(({ kind }) => kind === "import-statement");
    if (handedOn.length === 0) return false;
    const stars = starsOf(join(absWorkingDir, file));
    return handedOn.some(({ path, original = path }) => stars.includes(original) && handsOnCommonJs(path));
  };
  return lazyEntriesOf(outputs).some(handsOnCommonJs);
};

type LostNamesOptions = Required<Pick<BuildOptions, "absWorkingDir">>;

const lazyEntriesOf = (outputs: Outputs): readonly string[] => {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const lazy = imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => outputs[path]?.entryPoint);
  return lazy.filter((file) => file !== undefined);
};

/** What a file exports by `export * from`. */
const starsOf = (file: string): readonly string[] =>
  [...readFileSync(file, "utf8").matchAll(/\bexport\s*\*\s*from\s*["']([^"']+)["']/g)].map(([, from = ""]) => from);
