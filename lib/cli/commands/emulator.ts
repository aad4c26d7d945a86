import { CACHE_FOLDER } from "../cache-folder.ts";
import { regionOf } from "../emulator/emulator-access.ts";
import { EMULATOR_STATE_FILE } from "../emulator/emulator-state.ts";
import { DEFAULT_ENDPOINT, parseEndpoint } from "../emulator/endpoint.ts";
import { runStageOnEmulator } from "../emulator/run-stage.ts";
import { emulatorStatus } from "../emulator/status.ts";
import { stopEmulator } from "../emulator/stop.ts";
import { type Interruption, listenForInterruption } from "../interruption.ts";
import type { Command } from "../main.ts";
import { readOptions, UsageError } from "../options.ts";

const HELP = `Usage: npm run emulator -- [options]

Deploys a stage to an AWS emulator with cdk. What answers at the endpoint is used as it is; where nothing answers on
this machine, MiniStack is installed (Python 3.10 or newer, once) and started for this machine alone. It is left
running: all it has is in its memory. Run again to update the stage in place, with its queues and records kept.

Options:
  --endpoint URL             where the emulator answers (default AWS_ENDPOINT_URL, else ${DEFAULT_ENDPOINT})
  --stage NAME               which stage of bin/stages.ts to deploy (default emulator)
  --cdklocal                 deploys with cdklocal, LocalStack's wrapper of cdk
  --status                   tells what runs, and asks it again what it can do
  --stop                     stops the emulator that this command started
  --help                     prints this`;

const OPTIONS = {
  endpoint: { type: "string" },
  stage: { type: "string", default: "emulator" },
  cdklocal: { type: "boolean", default: false },
  status: { type: "boolean", default: false },
  stop: { type: "boolean", default: false },
} as const;

const INTERRUPTED = 130;

/** `sluice emulator`: a stage on an emulator, which is left running. */
export const emulator: Command = {
  summary: "deploys a stage to an AWS emulator on this machine",
  help: HELP,
  run: async (args, environment) => {
    const given = readOptions(args, OPTIONS);
    if (given.status && given.stop) throw new UsageError("--status and --stop must not be given together");
    if (given.stop) return await stopEmulator(EMULATOR_STATE_FILE, console.log);
    if (given.status) return await emulatorStatus(EMULATOR_STATE_FILE, console.log);
    const interruption = listenForInterruption();
    const stopping = new AbortController();
    void interruption.signalled.then(() => stopping.abort());
    try {
      await runStageOnEmulator({
        endpoint: parseEndpoint(given.endpoint ?? environment.AWS_ENDPOINT_URL ?? DEFAULT_ENDPOINT),
        region: regionOf(environment),
        stage: given.stage,
        tool: given.cdklocal ? "cdklocal" : "cdk",
        cacheFolder: CACHE_FOLDER,
        stateFile: EMULATOR_STATE_FILE,
        environment,
        signal: stopping.signal,
        say: (line) => console.log(line),
      });
      return 0;
    } catch (error) {
      return whenInterrupted(interruption, error);
    } finally {
      interruption.release();
    }
  },
};

const whenInterrupted = (interruption: Interruption, error: unknown): number => {
  if (!interruption.isSignalled()) throw error;
  console.log("interrupted");
  return INTERRUPTED;
};
