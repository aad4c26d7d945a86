import { setTimeout as pause } from "node:timers/promises";
import type { ChaosSystem } from "./chaos-system.ts";
import { isToRepeat, post } from "./post.ts";

const PAUSE_MS = 200;

/**
 * Fixes each queue's limit by hand, so that the scaler leaves it alone whatever the faults look like to it.
 *
 * It is set once: that it outlasts kills is a promise too.
 */
export const fixLimits = async (
  { apiUrl, workers }: Pick<ChaosSystem, "apiUrl" | "workers">,
  limits: Readonly<Record<string, number>>,
): Promise<void> => {
  for (const { jobType } of workers) {
    const url = `${apiUrl}/queues/${jobType}/limit`;
    let answer = await post(url, { limit: limits[jobType] });
    while (isToRepeat(answer)) {
      await pause(PAUSE_MS);
      answer = await post(url, { limit: limits[jobType] });
    }
    if (answer.status !== 202) throw new Error(`a limit must be taken, got ${JSON.stringify(answer)}`);
  }
};
