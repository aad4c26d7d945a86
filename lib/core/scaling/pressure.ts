import { attemptsIn, type SignalCounts } from "../signals.ts";
import { recent } from "./capacity.ts";
import type { QueueSeen } from "./queue-scaling.ts";

/** A downstream that refuses fewer needs no slower queue. */
const PRESSED_SHARE = 0.02;
const LEAST_REFUSALS = 3;
/** Windows are whole: so at least ten seconds are seen, whenever in its window a look comes. */
const SUDDEN_MS = 20_000;
const SUDDEN_SHARE = 0.05;

/** Whether refusals are more than a share that is borne would bring by chance. */
export const isPressed = (counts: SignalCounts): boolean => {
  const borne = PRESSED_SHARE * attemptsIn(counts);
  return counts.pressure >= LEAST_REFUSALS && counts.pressure > borne + 2 * Math.sqrt(borne);
};

/** Whether there is anything to look at more closely. */
export const hasRefusals = ({ pressure }: SignalCounts): boolean => pressure >= LEAST_REFUSALS;

/** A minute's look hides what began a second ago. */
export const isSudden = (nowMs: number, seen: QueueSeen): boolean => {
  const { counts } = recent(seen.windows, nowMs, SUDDEN_MS);
  return counts.pressure >= LEAST_REFUSALS && counts.pressure >= SUDDEN_SHARE * attemptsIn(counts);
};
