import type { Metafile } from "esbuild";

export type Outputs = Metafile["outputs"];

type ImportKind = Outputs[string]["imports"][number]["kind"];

/**
 * Returns what a module of a build can come to load, itself included.
 *
 * A build has more: esbuild also writes what only code imports lazily that it drops.
 *
 * @param follow The kinds of imports that count. @default all
 */
export const loadedOutputs = (outputs: Outputs, from: string, follow?: readonly ImportKind[]): Outputs => {
  const names = new Set([from]);
  // A set's iteration reaches what is added on the way.
  for (const name of names) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (path in outputs && follow?.includes(kind) !== false) names.add(path);
    }
  }
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => names.has(name)));
};
