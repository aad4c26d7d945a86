import { isDeepStrictEqual } from "node:util";
import { calloutsOf } from "./callouts.ts";
import type { Snapshots } from "./snapshot.ts";
import { type Change, diffTemplates } from "./template-diff.ts";

/** How one template differs from what it was. */
export type Comparison = {
  readonly file: string;
  readonly state: "same" | "changed" | "new" | "gone";
  /** What a reader must not miss, a line each. */
  readonly callouts: readonly string[];
  readonly changes: readonly Change[];
};

/** Compares templates, file by file. */
export const compareSnapshots = (before: Snapshots, after: Snapshots): readonly Comparison[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort().map((file) => {
    const [old, fresh] = [before.get(file), after.get(file)];
    if (isDeepStrictEqual(old, fresh)) return { file, state: "same", callouts: [], changes: [] };
    const changes = diffTemplates(old ?? {}, fresh ?? {});
    const state = old === undefined ? "new" : fresh === undefined ? "gone" : "changed";
    return { file, state, changes, callouts: calloutsOf(old ?? {}, fresh ?? {}, changes) };
  });
