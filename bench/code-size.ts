import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ENTRY_MODULE } from "../lib/constructs/node-bundle.ts";

/** KiB of a function's code. */
export type CodeSize = {
  /** All that is deployed. */
  readonly all: number;
  /** The same, each module compressed. */
  readonly compressed: number;
  /** What each cold start loads: the entry, and all that is imported from there but lazily. */
  readonly atInit: number;
};

export const codeSize = (folder: string): CodeSize => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const modules = new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  const all = [...modules.values()];
  return {
    all: kibibytes(all),
    compressed: kibibytes(all.map((code) => gzipSync(code))),
    atInit: kibibytes([...loadedFrom(ENTRY_MODULE, modules)].map((name) => modules.get(name) ?? Buffer.of())),
  };
};

const loadedFrom = (entry: string, modules: ReadonlyMap<string, Buffer>): ReadonlySet<string> => {
  const loaded = new Set([entry]);
  // A set's iteration reaches what is added on the way.
  for (const name of loaded) {
    const code = String(modules.get(name));
    for (const [, imported = ""] of code.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) loaded.add(imported);
  }
  return loaded;
};

const kibibytes = (all: readonly Uint8Array[]): number => all.reduce((sum, { length }) => sum + length / 1_024, 0);
