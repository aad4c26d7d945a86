import { DEFAULT_REGION, emulatorAccess } from "./emulator-access.ts";
import { readEmulatorState, writeEmulatorState } from "./emulator-state.ts";
import { findEmulator } from "./find-emulator.ts";
import { probeEmulator } from "./probes.ts";
import { deploymentReport, emulatorTitle } from "./report.ts";

/** Tells what `sluice emulator` left running, and asks it again what it can do. @returns 0 if a stage stands there, else 1 */
export const emulatorStatus = async (stateFile: string, say: (line: string) => void): Promise<number> => {
  const state = await readEmulatorState(stateFile);
  if (state === undefined) {
    say("no stage is on an emulator: `npm run emulator` puts one there");
    return 1;
  }
  const { endpoint, deployment } = state;
  const found = await findEmulator(endpoint, deployment?.region ?? DEFAULT_REGION);
  if (found.is !== "emulator") {
    say(`the emulator at ${endpoint} does not answer any more (${found.reason}): \`npm run emulator\` starts anew`);
    return 1;
  }
  if (deployment === undefined) {
    say(`${emulatorTitle(state)} at ${endpoint} has no stage yet: \`npm run emulator\` deploys one`);
    return 1;
  }
  const access = emulatorAccess(endpoint, deployment.region);
  const probed = { ...deployment, probes: await probeEmulator({ access, stage: deployment }) };
  await writeEmulatorState({ ...state, deployment: probed }, stateFile);
  say(deploymentReport(state, probed));
  return 0;
};
