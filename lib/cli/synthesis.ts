import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { glob, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { clearAssembly } from "./clear-assembly.ts";
import { binOf, PROJECT_FOLDER } from "./project.ts";

/** What a synthesized assembly depends on. */
const INPUTS = ["bin/*.ts", "lib/{core,constructs,stacks}/**", "lambdas/**", "package-lock.json", "cdk.json"];
/** Written next to the assembly: which inputs it was made from, and what came out. */
const STAMP = "sluice-synthesis.json";

export type Synthesis = {
  readonly stage: string;
  /** Where the assembly is, or will be. */
  readonly assemblyFolder: string;
  /** The environment that `cdk` runs in. */
  readonly environment: NodeJS.ProcessEnv;
  /** The program to synthesize by. @default the project's own `cdk` */
  readonly cdk?: string;
};

/**
 * Makes sure that the assembly folder holds the stage as its sources are now, by `cdk synth`; skips that if nothing
 * it depends on has changed, since a synthesis takes seconds.
 *
 * @returns Whether a synthesis was needed.
 * @throws SynthesisFailed with what `cdk synth` said
 */
export const synthesize = async (synthesis: Synthesis, onStart: () => void = () => undefined): Promise<boolean> => {
  const { stage, assemblyFolder } = synthesis;
  const inputs = await hashOf(await inputFiles(), stage);
  const stampFile = join(assemblyFolder, STAMP);
  if (existsSync(stampFile)) {
    const stamp = `${inputs} ${await outputHash(assemblyFolder)}`;
    if ((await readFile(stampFile, "utf8")) === stamp) return false;
  }
  onStart();
  await clearAssembly(assemblyFolder, Date.now());
  await runCdkSynth(synthesis);
  await writeFile(stampFile, `${inputs} ${await outputHash(assemblyFolder)}`);
  return true;
};

const inputFiles = async (): Promise<readonly string[]> => {
  const files: string[] = [];
  for await (const entry of glob(INPUTS, { cwd: PROJECT_FOLDER, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  return files.sort();
};

const outputHash = async (folder: string): Promise<string> => {
  const names = await readdir(folder);
  return await hashOf(
    names.filter((name) => name.endsWith(".json") && name !== STAMP).map((name) => join(folder, name)),
  );
};

const hashOf = async (files: readonly string[], ...words: readonly string[]): Promise<string> => {
  const hash = createHash("sha256").update(words.join("\n"));
  for (const file of files) hash.update(file).update(await readFile(file));
  return hash.digest("hex");
};

const runCdkSynth = async ({ cdk, ...synthesis }: Synthesis): Promise<void> => {
  const program = cdk ?? binOf(createRequire(import.meta.url), "aws-cdk", "cdk");
  const failure = await cdkSynth({ ...synthesis, cdk: program, appFolder: PROJECT_FOLDER });
  if (failure !== undefined) throw synthesisFailed(`for stage ${synthesis.stage}`, failure);
};

export type AppSynthesis = Omit<Synthesis, "stage" | "cdk"> & {
  /** The folder of somebody's own app: it holds a `cdk.json`. */
  readonly appFolder: string;
  /** What the app gets as its context `stage`. @default none */
  readonly stage: string | undefined;
};

/**
 * Synthesizes somebody's own app, by its own `cdk`.
 *
 * @throws AppMissing, CdkMissing, or SynthesisFailed with what `cdk synth` said
 */
export const synthesizeApp = async (app: AppSynthesis): Promise<void> => {
  const { appFolder } = app;
  if (!existsSync(join(appFolder, "cdk.json"))) {
    throw new SluiceError("AppMissing", `${appFolder} must hold a cdk.json, got none`, {
      hint: "run this in the folder of your CDK app, or name a synthesized one with --assembly DIR",
    });
  }
  const failure = await cdkSynth({ ...app, cdk: ownCdk(appFolder) });
  if (failure !== undefined) throw synthesisFailed(`in ${appFolder}`, failure);
};

const ownCdk = (appFolder: string): string => {
  try {
    return binOf(createRequire(join(appFolder, "cdk.json")), "aws-cdk", "cdk");
  } catch (cause) {
    throw new SluiceError("CdkMissing", `${appFolder} must have the package aws-cdk installed, got none`, {
      hint: "`npm install --save-dev aws-cdk`, or synthesize by other means and name the folder with --assembly DIR",
      cause,
    });
  }
};

/** How `cdk` begins what a construct warns of: the rest of what it says is progress. */
const WARNING = /^\[Warning at /;

/** Runs `cdk synth`, and passes its warnings on; resolves to what it said where it failed. */
const cdkSynth = async ({
  cdk,
  appFolder,
  stage,
  assemblyFolder,
  environment,
}: AppSynthesis & { readonly cdk: string }): Promise<string | undefined> => {
  const context = stage === undefined ? [] : ["--context", `stage=${stage}`];
  // The app command of cdk.json says `node`: let it find the one that runs this.
  const env = { ...environment, PATH: [dirname(process.execPath), environment.PATH].join(delimiter) };
  const child = spawn(
    process.execPath,
    [cdk, "synth", "--no-color", "--quiet", "--output", assemblyFolder, ...context],
    {
      cwd: appFolder,
      env,
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject).once("close", resolve);
  if ((await promise) !== 0) return said.trim();
  for (const line of said.split("\n").filter((one) => WARNING.test(one))) console.error(line);
  return undefined;
};

const synthesisFailed = (where: string, said: string): SluiceError =>
  new SluiceError("SynthesisFailed", `\`cdk synth\` failed ${where}:\n${said}`, {
    hint: "mend what it names, then run the command again",
  });
