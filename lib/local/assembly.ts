import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { parseTemplate, type Template } from "./template.ts";
import { topologicalOrder } from "./topological-order.ts";

/** A stack of a synthesized app, with the files that its functions run. */
export type Stack = {
  readonly name: string;
  readonly template: Template;
  /** Absolute path of an asset's folder, by the object key under which AWS would find it. */
  readonly assetFolders: ReadonlyMap<string, string>;
};

/**
 * Reads a synthesized app (`cdk.out`), nested assemblies included: its stacks, each after those it depends on.
 *
 * @param stackNames Which stacks, with those that they depend on. @default all
 * @throws AssemblyInvalid where the folder is no synthesized app, or not a whole one
 * @throws StackUnknown
 */
export const readAssembly = async (folder: string, stackNames?: readonly string[]): Promise<readonly Stack[]> => {
  const all = await readArtifacts(folder);
  const artifacts = stackNames === undefined ? all : chooseArtifacts(all, stackNames);
  const byId = new Map(artifacts.map((artifact) => [artifact.id, artifact]));
  const order = topologicalOrder(
    [...byId.keys()],
    (id) => byId.get(id)?.dependencies ?? [],
    (path) => invalid(folder, `depend on each other without a cycle, got ${path.join(" → ")}`),
  );
  const assetFolders = new Map<string, string>();
  for (const artifact of artifacts.filter(({ type }) => type === "cdk:asset-manifest")) {
    for (const [key, path] of await readAssets(artifact)) assetFolders.set(key, path);
  }
  const stacks: Stack[] = [];
  for (const id of order) {
    const artifact = byId.get(id);
    if (artifact?.type === STACK) stacks.push(await readStack(artifact, assetFolders));
  }
  if (stacks.length === 0) throw invalid(folder, "hold at least one stack, got none");
  return stacks;
};

const STACK = "aws:cloudformation:stack";

type Artifact = {
  readonly id: string;
  /** What `cdk list` calls it. */
  readonly displayName: string;
  readonly type: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly properties: JsonObject;
};

const readArtifacts = async (folder: string): Promise<readonly Artifact[]> => {
  const manifest = await readJson(folder, "manifest.json");
  const artifacts: Artifact[] = [];
  for (const [id, entry] of Object.entries(objectOf(manifest.artifacts))) {
    const { type, dependencies, properties, displayName } = objectOf(entry);
    const own = objectOf(properties);
    if (type === "cdk:cloud-assembly") {
      artifacts.push(...(await readArtifacts(join(folder, textOf(folder, own, "directoryName")))));
    } else {
      const ids = Array.isArray(dependencies) ? dependencies.map(String) : [];
      const shown = typeof displayName === "string" ? displayName : id;
      artifacts.push({ id, displayName: shown, type: String(type), folder, dependencies: ids, properties: own });
    }
  }
  return artifacts;
};

/** Returns the named stacks' artifacts, and all that they depend on. */
const chooseArtifacts = (artifacts: readonly Artifact[], names: readonly string[]): readonly Artifact[] => {
  const stacks = artifacts.filter(({ type }) => type === STACK);
  const chosen = new Set(names.map((name) => stacks.find((stack) => isNamed(stack, name)) ?? unknown(name, stacks)));
  // A set's iteration reaches what is added on the way.
  for (const { dependencies } of chosen) {
    for (const artifact of artifacts) if (dependencies.includes(artifact.id)) chosen.add(artifact);
  }
  return [...chosen];
};

const isNamed = ({ id, displayName, properties }: Artifact, name: string): boolean =>
  [id, displayName, properties.stackName].includes(name);

const unknown = (name: string, stacks: readonly Artifact[]): never => {
  const known = stacks.map(({ displayName }) => displayName).join(", ");
  throw new SluiceError("StackUnknown", `stack must be one of ${known}, got ${JSON.stringify(name)}`, {
    hint: "name it as `npx cdk list` does",
  });
};

const readStack = async (artifact: Artifact, assetFolders: ReadonlyMap<string, string>): Promise<Stack> => {
  const file = textOf(artifact.folder, artifact.properties, "templateFile");
  const { stackName } = artifact.properties;
  const name = typeof stackName === "string" ? stackName : artifact.id;
  return { name, template: parseTemplate(name, await readJson(artifact.folder, file)), assetFolders };
};

const readAssets = async ({ folder, properties }: Artifact): Promise<readonly (readonly [string, string])[]> => {
  const manifest = await readJson(folder, textOf(folder, properties, "file"));
  return Object.values(objectOf(manifest.files)).flatMap((entry) => {
    const { source, destinations } = objectOf(entry);
    const path = objectOf(source).path;
    if (typeof path !== "string") return [];
    const keys = Object.values(objectOf(destinations)).map((destination) => String(objectOf(destination).objectKey));
    return keys.map((key) => [key, join(folder, path)] as const);
  });
};

const readJson = async (folder: string, file: string): Promise<JsonObject> => {
  try {
    return JSON.parse(await readFile(join(folder, file), "utf8")) as JsonObject;
  } catch (cause) {
    throw invalid(folder, `hold ${file}, got none that is readable`, cause);
  }
};

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const textOf = (folder: string, properties: JsonObject, name: string): string => {
  const value = properties[name];
  if (typeof value !== "string") throw invalid(folder, `name a ${name} in its manifest, got ${JSON.stringify(value)}`);
  return value;
};

const invalid = (folder: string, expectation: string, cause?: unknown): SluiceError =>
  new SluiceError("AssemblyInvalid", `assembly ${folder} must ${expectation}`, {
    hint: "synthesize the app again: npx cdk synth",
    cause,
  });
