import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StageTemplates } from "../support/synthesize.ts";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import { statefulIdsOf } from "./stateful.ts";

/** Where the reviewed templates are. */
export const SNAPSHOTS = fileURLToPath(new URL("../snapshots/", import.meta.url));

/** Templates as they are kept: by the name of the file, `<stage>.<stack>.json`. */
export type Snapshots = ReadonlyMap<string, JsonObject>;

const STACKS = ["data", "pipeline"] as const;

/** Returns what is kept of a stage's templates. */
export const snapshotsOf = (stage: string, templates: StageTemplates): Snapshots =>
  new Map(STACKS.map((stack) => [`${stage}.${stack}.json`, kept(templates[stack].toJSON())]));

/** Returns the reviewed templates that are in a folder. */
export const readSnapshots = (folder: string): Snapshots =>
  new Map(
    readdirSync(folder)
      .filter(isSnapshot)
      .sort()
      .map((file) => [file, JSON.parse(readFileSync(join(folder, file), "utf8"))]),
  );

export const isSnapshot = (file: string): boolean => STACKS.some((stack) => file.endsWith(`.${stack}.json`));

/** Writes a value as it is kept in a file. */
export const textOfFile = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** Lists the logical ids that each stage promises to keep, by stage and stack. */
export const promisedIds = (
  snapshots: Snapshots,
): Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> => {
  const stages = [...new Set([...snapshots.keys()].map(stageOf))];
  const idsIn = (file: string): readonly string[] => statefulIdsOf(snapshots.get(file) ?? {});
  return Object.fromEntries(
    stages.map((stage) => [stage, Object.fromEntries(STACKS.map((stack) => [stack, idsIn(`${stage}.${stack}.json`)]))]),
  );
};

export const stageOf = (file: string): string => file.split(".")[0] ?? file;

/** Sorts keys, hides asset hashes, and leaves out what the CDK adds to every stack to check its bootstrap. */
const kept = ({ Parameters, Rules, ...rest }: Record<string, Json>): JsonObject => {
  const parameters = except(Parameters, "BootstrapVersion");
  const rules = except(Rules, "CheckBootstrapVersion");
  const template = { ...rest, ...(parameters && { Parameters: parameters }), ...(rules && { Rules: rules }) };
  return JSON.parse(JSON.stringify(sorted(template)).replaceAll(/[0-9a-f]{64}/g, "<asset hash>"));
};

const except = (section: Json | undefined, name: string): JsonObject | undefined => {
  if (!isObject(section)) return undefined;
  const { [name]: _left, ...rest } = section;
  return Object.keys(rest).length > 0 ? rest : undefined;
};

const sorted = (value: Json): Json => {
  if (isList(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
};
