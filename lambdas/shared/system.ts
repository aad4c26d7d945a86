import { randomBytes } from "node:crypto";
import type { Clock, Dice } from "./ports.ts";

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** The machine's dice. */
export const systemDice: Dice = {
  fraction: () => Math.random(),
  bytes: (count) => randomBytes(count),
};
