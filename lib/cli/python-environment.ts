import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { lastLines, runCommand } from "./run-command.ts";

export type PythonEnvironment = {
  /** The folder's name within the cache: one for each tool. */
  readonly name: string;
  /** Every package with its version and its hashes: pip takes nothing that is not in it. */
  readonly requirementsFile: string;
  /** Where private environments are kept; made when it is not there. */
  readonly cacheFolder: string;
  /** Hears what takes long. */
  readonly say: (line: string) => void;
  /** @default this process's own */
  readonly environment?: NodeJS.ProcessEnv;
  /** Stops the installation; what is half done is taken away. */
  readonly signal?: AbortSignal | undefined;
};

/** The least version that the pinned tools take. */
const LEAST_PYTHON = [3, 10] as const;
const PYTHONS = process.platform === "win32" ? ["python", "py"] : ["python3", "python"];
const BIN_FOLDER = process.platform === "win32" ? "Scripts" : "bin";
/** Written last: an environment without it is half done. */
const STAMP = "sluice-requirements.sha256";
const LINES_SHOWN = 8;

/**
 * Makes sure that a private Python environment holds what a requirements file pins, and answers with the folder of its
 * programs. It is made once, and again when the requirements change or its Python is gone.
 *
 * @throws PythonMissing, PythonTooOld, PythonVenvFailed or PythonPackagesFailed, with what the tool said last
 */
export const pythonEnvironment = async (wanted: PythonEnvironment): Promise<string> => {
  const folder = join(wanted.cacheFolder, wanted.name);
  const binFolder = join(folder, BIN_FOLDER);
  const stamp = await stampOf(wanted.requirementsFile, folder);
  if (await isWhole(folder, stamp, wanted.environment)) return binFolder;
  const python = await findPython(wanted.environment);
  wanted.say(`installing ${wanted.name} into ${folder} (once)`);
  try {
    await makeVenv(python, folder, wanted);
    await installPackages(folder, wanted);
    await writeFile(join(folder, STAMP), stamp);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return binFolder;
};

/** An environment's programs name their own folder, so a moved one must be made again. */
const stampOf = async (requirementsFile: string, folder: string): Promise<string> =>
  createHash("sha256")
    .update(folder)
    .update(await readFile(requirementsFile))
    .digest("hex");

const pythonIn = (folder: string): string => join(folder, BIN_FOLDER, "python");

const isWhole = async (folder: string, stamp: string, environment?: NodeJS.ProcessEnv): Promise<boolean> => {
  const found = await readFile(join(folder, STAMP), "utf8").catch(() => "");
  if (found !== stamp) return false;
  return (
    (await runCommand({ command: pythonIn(folder), args: ["-c", ""], ...withEnvironment(environment) })).code === 0
  );
};

const withEnvironment = (environment: NodeJS.ProcessEnv | undefined): { readonly environment?: NodeJS.ProcessEnv } =>
  environment === undefined ? {} : { environment };

const findPython = async (environment?: NodeJS.ProcessEnv): Promise<string> => {
  const least = LEAST_PYTHON.join(".");
  const tooOld: string[] = [];
  for (const command of PYTHONS) {
    const args = ["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"];
    const { code, lines } = await runCommand({ command, args, ...withEnvironment(environment) });
    if (code !== 0) continue;
    const version = lines[0] ?? "";
    if (isNewEnough(version)) return command;
    tooOld.push(`${command} ${version}`);
  }
  const hint = `install Python ${least} or newer and have it on the PATH as ${PYTHONS[0]}`;
  if (tooOld.length === 0) {
    throw new SluiceError("PythonMissing", `Python must be on the PATH as ${PYTHONS.join(" or ")}, got none`, { hint });
  }
  throw new SluiceError("PythonTooOld", `Python must be ${least} or newer, got ${tooOld.join(", ")}`, { hint });
};

const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_PYTHON;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
};

const makeVenv = async (python: string, folder: string, { environment, signal }: PythonEnvironment): Promise<void> => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const args = ["-m", "venv", folder];
  const { code, lines } = await runCommand({ command: python, args, signal, ...withEnvironment(environment) });
  if (code === 0) return;
  throw new SluiceError(
    "PythonVenvFailed",
    `\`${python} -m venv\` must make ${folder}, got exit code ${code}:\n${lastLines(lines, LINES_SHOWN)}`,
    { hint: "install Python's venv module; on Debian and Ubuntu: `apt-get install python3-venv`" },
  );
};

const installPackages = async (folder: string, wanted: PythonEnvironment): Promise<void> => {
  const { requirementsFile, environment, signal } = wanted;
  const args = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"];
  const { code, lines } = await runCommand({
    command: pythonIn(folder),
    args: [...args, "--requirement", requirementsFile],
    signal,
    ...withEnvironment(environment),
  });
  if (code === 0) return;
  throw new SluiceError(
    "PythonPackagesFailed",
    `pip must install ${requirementsFile}, got exit code ${code}:\n${lastLines(lines, LINES_SHOWN)}`,
    { hint: "see what pip says; it needs the network, or a mirror named by PIP_INDEX_URL" },
  );
};
