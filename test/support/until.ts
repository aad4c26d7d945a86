import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 25;

/** Looks until something holds. @param mostMs @default - as long as the test may take @returns whether it holds */
export const until = async (
  holds: () => boolean | Promise<boolean>,
  mostMs = Number.POSITIVE_INFINITY,
): Promise<boolean> => {
  const endMs = performance.now() + mostMs;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > endMs) return false;
    await pause(LOOK_EVERY_MS);
  }
};
