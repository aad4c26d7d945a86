import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { STSClient } from "@aws-sdk/client-sts";
import { assemblyFolderOf } from "../app-source.ts";
import { CACHE_FOLDER } from "../cache-folder.ts";
import { IS_PROJECT, PROJECT_FOLDER } from "../project.ts";
import { synthesize } from "../synthesis.ts";
import type { HostAnswer, NodeVersions, Ports, Question } from "./question.ts";
import { sdkAccount } from "./sdk-account.ts";
import { readSynthesizedStage } from "./synthesized-stage.ts";
import { within } from "./within.ts";

const LOOKUP_MS = 5_000;

/** Looks at this machine, and from it at AWS. */
export const machine = (question: Question, onSynthesis: () => void): Ports => {
  const { profile } = question;
  return {
    nodeVersions,
    synthesizedStage: async () => await readSynthesizedStage(await assemblyOf(question, onSynthesis)),
    regionOfProfile: () => regionOfProfile(profile),
    host,
    account: (region) => sdkAccount({ region, ...(profile === undefined ? {} : { profile }) }),
  };
};

const nodeVersions = async (): Promise<NodeVersions> => {
  const { node: running } = process.versions;
  // Somebody's own app chooses its Node; that this one runs the command is enough.
  if (!IS_PROJECT) return { running, own: running, needed: running };
  const { engines } = JSON.parse(await readFile(join(PROJECT_FOLDER, "package.json"), "utf8"));
  return { running, own: await ownNode(), needed: String(engines.node) };
};

const ownNode = async (): Promise<string | undefined> => {
  try {
    const file = createRequire(import.meta.url).resolve("node/package.json");
    return String(JSON.parse(await readFile(file, "utf8")).version);
  } catch {
    return undefined;
  }
};

const assemblyOf = async ({ source, environment }: Question, onSynthesis: () => void): Promise<string> => {
  if (source.kind !== "stage") return await assemblyFolderOf(source, environment, onSynthesis);
  // Not cdk.out: an embedded run may be reading that.
  const assemblyFolder = join(CACHE_FOLDER, "doctor", source.stage.replaceAll(/[^A-Za-z0-9-]/g, "_"));
  await synthesize({ stage: source.stage, assemblyFolder, environment }, onSynthesis);
  return assemblyFolder;
};

const regionOfProfile = async (profile: string | undefined): Promise<string | undefined> => {
  try {
    return await new STSClient(profile === undefined ? {} : { profile }).config.region();
  } catch {
    return undefined;
  }
};

const host = async (name: string): Promise<HostAnswer> => {
  try {
    await within(LOOKUP_MS, lookup(name));
    return "known";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOTFOUND" ? "unknown" : "unreachable";
  }
};
