import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { ESM_INVOCATIONS_PER_POLLER, ESM_MAXIMUM_CONCURRENCY, ESM_STANDARD_CEILING } from "../../core/limits.ts";

/** What CloudFormation takes where pollers are asked for without bounds. @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const DEFAULT_POLLERS = { min: 2, max: 200 } as const;

/** What an event source mapping of the template may run at once. */
export type MappingBounds = {
  readonly logicalId: string;
  /** The least that it can be limited to. */
  readonly floor: number;
  readonly ceiling: number;
  /** Whether the ceiling is AWS's own, because the template sets none. */
  readonly isUnlimited: boolean;
};

export type SynthesizedStack = {
  /** As CloudFormation knows it. */
  readonly name: string;
  /** As `cdk deploy` takes it. */
  readonly cdkId: string;
  /** Where it must go; undefined where it goes with the credentials. */
  readonly account: string | undefined;
  readonly region: string | undefined;
};

/** What a cloud assembly says of its deployment. */
export type SynthesizedStage = {
  readonly stacks: readonly SynthesizedStack[];
  readonly resourceTypes: readonly string[];
  readonly mappings: readonly MappingBounds[];
  /** Whether its API has a route that anybody may call. */
  readonly isPublic: boolean;
  /** Undefined where nothing of it needs the account to be bootstrapped. */
  readonly bootstrap: { readonly version: number; readonly parameter: string } | undefined;
};

type Properties = Readonly<Record<string, unknown>>;
type Resource = { readonly Type: string; readonly Properties?: Properties };
type Artifact = {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly properties?: {
    readonly stackName?: string;
    readonly templateFile?: string;
    readonly directoryName?: string;
    readonly requiresBootstrapStackVersion?: number;
    readonly bootstrapStackVersionSsmParameter?: string;
  };
};
type NamedArtifact = Artifact & { readonly id: string; readonly folder: string };

/**
 * Reads what a cloud assembly says of its deployment, nested assemblies included.
 *
 * @throws AssemblyInvalid where the folder is none, or has no stack
 */
export const readSynthesizedStage = async (folder: string): Promise<SynthesizedStage> => {
  const artifacts = await readArtifacts(folder);
  const stacks = artifacts.filter(({ type }) => type === "aws:cloudformation:stack");
  if (stacks.length === 0) throw invalid(folder, "hold at least one stack, got none");
  const resources: [string, Resource][] = [];
  for (const stack of stacks) {
    const { Resources: found = {} } = (await readJson(stack.folder, stack.properties?.templateFile ?? "")) as {
      readonly Resources?: Readonly<Record<string, Resource>>;
    };
    resources.push(...Object.entries(found));
  }
  return {
    stacks: stacks.map(stackOf),
    resourceTypes: [...new Set(resources.map(([, { Type: type }]) => type))],
    mappings: resources.flatMap(mappingOf),
    isPublic: resources.some(isOpen),
    bootstrap: bootstrapOf(artifacts),
  };
};

const readArtifacts = async (folder: string): Promise<readonly NamedArtifact[]> => {
  const { artifacts = {} } = (await readJson(folder, "manifest.json")) as {
    readonly artifacts?: Readonly<Record<string, Artifact>>;
  };
  const all = await Promise.all(
    Object.entries(artifacts).map(async ([id, artifact]) =>
      artifact.type === "cdk:cloud-assembly"
        ? await readArtifacts(join(folder, artifact.properties?.directoryName ?? ""))
        : [{ ...artifact, id, folder }],
    ),
  );
  return all.flat();
};

const readJson = async (folder: string, file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(join(folder, file), "utf8"));
  } catch (cause) {
    throw invalid(folder, `hold ${file}, got none that is readable`, cause);
  }
};

const invalid = (folder: string, expectation: string, cause?: unknown): SluiceError =>
  new SluiceError("AssemblyInvalid", `assembly ${folder} must ${expectation}`, {
    hint: "npx cdk synth --quiet   (or name another folder with --assembly)",
    cause,
  });

const stackOf = ({ id, environment = "", displayName, properties }: NamedArtifact): SynthesizedStack => {
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
  const known = (text: string | undefined): string | undefined => (text?.startsWith("unknown-") ? undefined : text);
  const name = properties?.stackName ?? id;
  return { name, cdkId: displayName ?? id, account: known(account), region: known(region) };
};

const mappingOf = ([logicalId, { Type: type, Properties: properties = {} }]: [string, Resource]): MappingBounds[] => {
  if (type !== "AWS::Lambda::EventSourceMapping") return [];
  const { ScalingConfig: scaling, ProvisionedPollerConfig: pollers } = properties as {
    readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
    readonly ProvisionedPollerConfig?: { readonly MinimumPollers?: number; readonly MaximumPollers?: number };
  };
  if (pollers !== undefined) {
    const floor = (pollers.MinimumPollers ?? DEFAULT_POLLERS.min) * ESM_INVOCATIONS_PER_POLLER;
    const ceiling = (pollers.MaximumPollers ?? DEFAULT_POLLERS.max) * ESM_INVOCATIONS_PER_POLLER;
    return [{ logicalId, floor, ceiling, isUnlimited: false }];
  }
  const limit = scaling?.MaximumConcurrency;
  const floor = ESM_MAXIMUM_CONCURRENCY.min;
  return [{ logicalId, floor, ceiling: limit ?? ESM_STANDARD_CEILING, isUnlimited: limit === undefined }];
};

const isOpen = ([, { Type: type, Properties: properties = {} }]: [string, Resource]): boolean =>
  /^AWS::(ApiGatewayV2::Route|ApiGateway::Method)$/.test(type) &&
  properties.AuthorizationType === "NONE" &&
  properties.ApiKeyRequired !== true;

const bootstrapOf = (artifacts: readonly NamedArtifact[]): SynthesizedStage["bootstrap"] => {
  const needs = artifacts.flatMap(({ properties }) => {
    const { requiresBootstrapStackVersion: version, bootstrapStackVersionSsmParameter: parameter } = properties ?? {};
    return version === undefined || parameter === undefined ? [] : [{ version, parameter }];
  });
  return needs.sort((one, other) => other.version - one.version)[0];
};
