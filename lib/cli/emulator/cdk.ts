import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { SluiceError } from "../../core/errors.ts";
import { binOf, PROJECT_FOLDER } from "../project.ts";
import { lastLines, runCommand } from "../run-command.ts";
import { type EmulatorAccess, emulatorEnvironment } from "./emulator-access.ts";

/** Written by `cdk bootstrap`; what a synthesized stack asks for before it is deployed. */
const BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version";
const LINES_SHOWN = 15;

/** `cdk`, or its wrapper for LocalStack. */
export type CdkTool = "cdk" | "cdklocal";

export type CdkRun = {
  readonly tool: CdkTool;
  readonly access: EmulatorAccess;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** @default the ones that this project depends on */
  readonly commands?: Readonly<Record<CdkTool, string>>;
};

/** Bootstraps the emulator unless it is. @throws BootstrapFailed with what cdk said last */
export const bootstrap = async (run: CdkRun, account: string): Promise<void> => {
  if (await isBootstrapped(run.access)) return;
  run.say(`bootstrapping (${run.tool} bootstrap, account ${account}, region ${run.access.region})`);
  const { code, lines } = await runCdk(run, ["bootstrap", `aws://${account}/${run.access.region}`]);
  if (code === 0) return;
  throw failure("BootstrapFailed", `${run.tool} bootstrap must succeed`, code, lines);
};

const isBootstrapped = async (access: EmulatorAccess): Promise<boolean> => {
  const ssm = new SSMClient(access);
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: BOOTSTRAP_VERSION }));
    return Parameter?.Value !== undefined;
  } catch {
    // It is not there; or the emulator cannot answer, which `cdk` may tell better.
    return false;
  } finally {
    ssm.destroy();
  }
};

/**
 * Deploys a stage, without change sets: emulators know the deletion of one that is not there as an error.
 *
 * @throws DeployFailed with what cdk said last
 */
export const deploy = async (run: CdkRun, stage: string, assemblyFolder: string): Promise<void> => {
  run.say(`deploying stage ${stage} (${run.tool} deploy)`);
  const seen = new Set<string>();
  const onLine = (line: string): void => {
    // Such as "✅  Pipeline (Sluice-emulator-Pipeline)": a stack is done.
    const [, stack] = line.match(/^ ?✅ {2}.*\((\S+)\)/) ?? [];
    if (stack === undefined || seen.has(stack)) return;
    seen.add(stack);
    run.say(`  ${stack}${line.includes("(no changes)") ? " has no changes" : ""}`);
  };
  const { code, lines } = await runCdk(
    run,
    [
      "deploy",
      "--all",
      "--method=direct",
      "--require-approval=never",
      "--progress=events",
      `--output=${assemblyFolder}`,
      `--context=stage=${stage}`,
    ],
    onLine,
  );
  if (code === 0) return;
  throw failure("DeployFailed", `${run.tool} deploy must succeed for stage ${stage}`, code, lines);
};

const runCdk = (run: CdkRun, args: readonly string[], onLine: (line: string) => void = () => undefined) => {
  const command = (run.commands ?? installedCommands())[run.tool];
  const environment = {
    ...emulatorEnvironment(run.environment, run.access),
    // The app's command says `node`, and cdklocal says `cdk`: both are the project's.
    PATH: [dirname(process.execPath), join(PROJECT_FOLDER, "node_modules", ".bin"), run.environment.PATH].join(
      delimiter,
    ),
  };
  const all = [command, "--no-color", ...args];
  return runCommand({
    command: process.execPath,
    args: all,
    folder: PROJECT_FOLDER,
    environment,
    signal: run.signal,
    onLine,
  });
};

const installedCommands = (): Readonly<Record<CdkTool, string>> => {
  const required = createRequire(import.meta.url);
  return { cdk: binOf(required, "aws-cdk", "cdk"), cdklocal: binOf(required, "aws-cdk-local", "cdklocal") };
};

/** A resource that could not be made, with the reason; or what cdk says at its end. */
const FAILURE = /^\s*❌|_FAILED\b/;

/** What cdk said about a failure: the resources that failed, and all from its first complaint on; else its last lines. */
const complaintIn = (lines: readonly string[]): string => {
  const first = lines.findIndex((line) => line.trimStart().startsWith("❌"));
  const failed = lines.filter((line, place) => FAILURE.test(line) && (first === -1 || place < first));
  if (first === -1 && failed.length === 0) return lastLines(lines, LINES_SHOWN);
  return lastLines([...failed, ...(first === -1 ? [] : lines.slice(first))], LINES_SHOWN);
};

const failure = (code: string, expectation: string, exit: number | null | undefined, lines: readonly string[]) =>
  new SluiceError(code, `${expectation}, got exit code ${exit}:\n${complaintIn(lines)}`, {
    hint: "mend what it names and run `npm run emulator` again; `npm run emulator -- --stop` first begins anew",
  });
