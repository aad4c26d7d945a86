import { join } from "node:path";
import { SluiceError } from "../../core/errors.ts";
import { bootstrap, type CdkRun, type CdkTool, deploy } from "./cdk.ts";
import { type DeployedStage, readDeployedStage } from "./deployed-stage.ts";
import { type EmulatorAccess, emulatorAccess } from "./emulator-access.ts";
import { emulatorApiUrl } from "./emulator-api-url.ts";
import {
  type EmulatorDeployment,
  type EmulatorProcess,
  type EmulatorState,
  readEmulatorState,
  writeEmulatorState,
} from "./emulator-state.ts";
import type { Endpoint } from "./endpoint.ts";
import { type FoundEmulator, findEmulator } from "./find-emulator.ts";
import { endMiniStack, startMiniStack } from "./ministack.ts";
import { checkVersion } from "./ministack-version.ts";
import { probeEmulator } from "./probes.ts";
import { isStillRunning } from "./process-identity.ts";
import { deploymentReport, emulatorTitle } from "./report.ts";
import { forgetEmulator } from "./stop.ts";

export type StageOnEmulator = {
  readonly endpoint: Endpoint;
  readonly region: string;
  readonly stage: string;
  readonly tool: CdkTool;
  readonly cacheFolder: string;
  readonly stateFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** @default MiniStack from its private environment, and this project's cdk */
  readonly commands?: { readonly ministack?: string; readonly cdk?: CdkRun["commands"] };
};

/**
 * Puts a stage on an emulator, starting one where none answers, and writes down where all is.
 *
 * @throws SluiceError for everything that a user can mend; AbortError when interrupted, with an emulator that this run
 * started ended
 */
export const runStageOnEmulator = async (run: StageOnEmulator): Promise<EmulatorState> => {
  const startedMs = performance.now();
  await refuseSecond(run);
  const { emulator, process, isNew } = await emulatorFor(run);
  try {
    const state = { endpoint: run.endpoint.url, kind: emulator.kind, version: emulator.version, process };
    // What stood there before stands until it is replaced.
    const before = isNew ? undefined : await readEmulatorState(run.stateFile);
    const known = before?.endpoint === state.endpoint ? before.deployment : undefined;
    await writeEmulatorState({ ...state, deployment: known }, run.stateFile);
    const deployment = await deployStage(run, emulator);
    const deployed = { ...state, deployment };
    await writeEmulatorState(deployed, run.stateFile);
    run.say(deploymentReport(deployed, deployment));
    run.say(`ready in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
    return deployed;
  } catch (error) {
    if (run.signal.aborted && isNew && process !== undefined) await undo(run, process);
    throw error;
  }
};

/** One emulator is kept track of: a second would leave nobody to stop the first. */
const refuseSecond = async ({ stateFile, endpoint }: StageOnEmulator): Promise<void> => {
  const state = await readEmulatorState(stateFile);
  if (state?.process === undefined || state.endpoint === endpoint.url) return;
  if (!(await isStillRunning(state.process))) return;
  throw new SluiceError(
    "EmulatorElsewhere",
    `endpoint must be ${state.endpoint}, where the emulator that was started runs, got ${endpoint.url}`,
    { hint: "stop it first: `npm run emulator -- --stop`" },
  );
};

/** Half a deployment on an emulator that is only there for it helps nobody. */
const undo = async (run: StageOnEmulator, process: EmulatorProcess): Promise<void> => {
  await endMiniStack(process);
  await forgetEmulator(run.stateFile);
  run.say("stopped the emulator that was just started");
};

type Emulator = {
  readonly emulator: FoundEmulator;
  readonly process?: EmulatorProcess | undefined;
  /** It was started by this very run. */
  readonly isNew: boolean;
};

const emulatorFor = async (run: StageOnEmulator): Promise<Emulator> => {
  const { url, isLoopback } = run.endpoint;
  const found = await findEmulator(url, run.region);
  if (found.is === "foreign") throw foreign(run.endpoint, found.reason);
  if (found.is === "emulator") {
    checkVersion(found, url);
    run.say(`using ${emulatorTitle(found)} at ${url}`);
    return { emulator: found, process: await ownProcess(run), isNew: false };
  }
  if (!isLoopback) {
    throw new SluiceError("EmulatorDown", `an emulator must answer at ${url}, got ${found.reason}`, {
      hint: "start it, or name one on this machine: `npm run emulator -- --endpoint http://127.0.0.1:4566` starts MiniStack there",
    });
  }
  const process = await startMiniStack({ ...run, command: run.commands?.ministack });
  const started = await findEmulator(url, run.region);
  if (started.is === "emulator") return { emulator: started, process, isNew: true };
  await endMiniStack(process);
  throw foreign(run.endpoint, started.reason);
};

/** The emulator that answers may be the one that an earlier run started. */
const ownProcess = async ({ stateFile, endpoint }: StageOnEmulator): Promise<EmulatorProcess | undefined> => {
  const state = await readEmulatorState(stateFile);
  if (state?.process === undefined || state.endpoint !== endpoint.url) return undefined;
  return (await isStillRunning(state.process)) ? state.process : undefined;
};

const foreign = ({ url, port }: Endpoint, reason: string): SluiceError =>
  new SluiceError("EndpointTaken", `what answers at ${url} must be an AWS emulator, got something else: ${reason}`, {
    hint: `port ${port} is in use: stop what listens there (\`npm start\` does, as a rule), or take another port with --endpoint http://127.0.0.1:${port + 1}`,
  });

const deployStage = async (run: StageOnEmulator, { account }: FoundEmulator): Promise<EmulatorDeployment> => {
  const access = emulatorAccess(run.endpoint.url, run.region);
  const { tool, environment, signal, say } = run;
  const cdk = { tool, access, environment, signal, say, commands: run.commands?.cdk };
  // Not within cdk.out: `npm start` empties that.
  const assemblyFolder = join(run.cacheFolder, `assembly-on-emulator-${run.stage}`);
  await bootstrap(cdk, account);
  await deploy(cdk, run.stage, assemblyFolder);
  return await describeDeployment(run.stage, access, await readDeployedStage(access, assemblyFolder));
};

const describeDeployment = async (
  name: string,
  access: EmulatorAccess,
  { api, ...names }: DeployedStage,
): Promise<EmulatorDeployment> => {
  const stage = { ...names, apiUrl: await emulatorApiUrl(access.endpoint, api) };
  return { stage: name, region: access.region, ...stage, probes: await probeEmulator({ access, stage }) };
};
