import { rm } from "node:fs/promises";
import { readEmulatorState } from "./emulator-state.ts";
import { endMiniStack } from "./ministack.ts";

/** Stops the emulator that `sluice emulator` started, and no other. @returns the exit code */
export const stopEmulator = async (stateFile: string, say: (line: string) => void): Promise<number> => {
  const state = await readEmulatorState(stateFile);
  if (state === undefined) {
    say("no emulator was started: there is nothing to stop");
    return 0;
  }
  const { endpoint, process: own } = state;
  if (own === undefined) {
    say(`the emulator at ${endpoint} was started by somebody else: stop it as it was started`);
    return 1;
  }
  const wasRunning = await endMiniStack(own);
  await forgetEmulator(stateFile);
  say(wasRunning ? `stopped the emulator at ${endpoint} (process ${own.pid})` : "the emulator had ended already");
  return 0;
};

/** Forgets what was left running. */
export const forgetEmulator = (stateFile: string): Promise<void> => rm(stateFile, { force: true });
