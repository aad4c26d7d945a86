import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../../lib/local/faults/seeded-random.ts";
import type { Stage } from "./campaign.ts";

const LOOK_EVERY_MS = 200;
const SAID_EVERY_MS = 10_000;
/** The longest that a load may take: what is not done then is judged as it is. */
const PATIENCE_MS = { inAll: 180_000, each: 40 } as const;

/** Returns after how many settled jobs the process is killed: one moment in each of equal parts of the campaign. */
export const killMoments = (jobs: number, kills: number, seed: number): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: kills }, (_, kill) => Math.floor(((kill + 0.2 + 0.6 * random()) / kills) * 0.9 * jobs));
};

/**
 * Follows a campaign's log, says how it goes and kills the process at its moments; until the signal, or until its
 * patience is at an end.
 *
 * @throws where the system under test ended by itself
 */
export const watchAndKill = async (stage: Stage, accepted: () => number, signal: AbortSignal): Promise<void> => {
  const { options, system, reader } = stage;
  const moments = killMoments(options.jobs, options.kills, options.seed + 2);
  const startedMs = performance.now();
  let saidMs = startedMs;
  const deadlineMs = startedMs + PATIENCE_MS.inAll + PATIENCE_MS.each * options.jobs;
  while (!signal.aborted && performance.now() < deadlineMs) {
    await pause(LOOK_EVERY_MS);
    options.signal.throwIfAborted();
    if (system.failure !== undefined) throw new Error(system.failure);
    reader.read();
    const settled = reader.settlements.size;
    if (settled >= (moments[system.kills] ?? Number.POSITIVE_INFINITY)) {
      options.say(`killing the process (${system.kills + 1} of ${options.kills})`);
      await system.killAndRestart();
    }
    if (performance.now() - saidMs < SAID_EVERY_MS) continue;
    saidMs = performance.now();
    const seconds = ((saidMs - startedMs) / 1_000).toFixed(0);
    const faults = [...reader.faults.values()].flatMap((services) => [...services.values()]);
    const injected = faults.reduce((sum, count) => sum + count, 0);
    options.say(`${seconds} s  accepted ${accepted()}, done ${settled}, waiting ${system.visible}, faults ${injected}`);
  }
};
