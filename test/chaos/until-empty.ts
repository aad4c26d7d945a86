import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "./campaign.ts";

const LOOK_EVERY_MS = 250;
/** So often in a row the queues must be seen empty: a message may be on its way from one place to another. */
const LOOKS = 8;
/** Without any change for so long, waiting is given up. */
const PATIENCE_MS = 120_000;

/** Waits until the queues are empty and nothing runs. @returns the messages that were left when waiting was given up */
export const untilEmpty = async ({ system, reader, options }: Stage): Promise<number> => {
  let emptyLooks = 0;
  let before = "";
  let changedMs = performance.now();
  let left = Number.POSITIVE_INFINITY;
  while (emptyLooks < LOOKS && performance.now() - changedMs < PATIENCE_MS) {
    await pause(LOOK_EVERY_MS, undefined, { signal: options.signal });
    if (system.failure !== undefined) throw new Error(system.failure);
    reader.read();
    left = leftIn(system);
    emptyLooks = left === 0 ? emptyLooks + 1 : 0;
    const now = `${left} ${reader.settlements.size}`;
    if (now !== before) changedMs = performance.now();
    before = now;
  }
  return emptyLooks < LOOKS ? left : 0;
};

const leftIn = ({ mappings }: Stage["system"]): number => {
  if (mappings.length === 0) return Number.POSITIVE_INFINITY;
  return mappings.reduce(
    (sum, { visible, inFlight, delayed, running }) => sum + visible + inFlight + delayed + running,
    0,
  );
};
