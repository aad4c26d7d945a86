import { CLOSE_LOOK_MS } from "../../lib/core/scaling/queue-scaling.ts";
import { runLease } from "./run-lease.ts";
import type { Scaler } from "./scaler.ts";
import { tick } from "./tick.ts";
import { LEAST_LEFT_MS } from "./time-limits.ts";

/** The last close look of a run begins before this, in milliseconds; the next minute's run makes the one after it. */
const RUN_MS = 55_000;

export type RunOptions = {
  /** By a worker or by the API, not by the schedule. */
  readonly isWoken: boolean;
  /** Until the function's time-out. */
  readonly remainingMs: () => number;
};

/** Looks at all queues, and again every {@link CLOSE_LOOK_MS} while one of them needs it, until the minute is over. */
export const runMinute = async (scaler: Scaler, { isWoken, remainingMs }: RunOptions): Promise<void> => {
  const { clock } = scaler;
  const lease = runLease(scaler, isWoken);
  const startedMs = clock.nowMs();
  try {
    for (;;) {
      const lookedMs = clock.nowMs();
      const end = await tick(scaler, lease);
      if (end !== "look-closer") return;
      const nextMs = Math.max(clock.nowMs(), lookedMs + CLOSE_LOOK_MS);
      const waitMs = nextMs - clock.nowMs();
      if (nextMs - startedMs >= RUN_MS || remainingMs() - waitMs < LEAST_LEFT_MS) return;
      await new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    }
  } finally {
    await lease.giveBack();
  }
};
