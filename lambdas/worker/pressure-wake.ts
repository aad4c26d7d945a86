import type { JobLog } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { attemptsIn, type SignalCounts } from "../../lib/core/signals.ts";
import type { Clock } from "../shared/ports.ts";
import type { WakeScaler } from "../shared/scaler-waker.ts";
import { within } from "../shared/within.ts";

/** An environment wakes the scaler at most once in this time, in milliseconds: that is how closely it looks, once awake. */
const EVERY_MS = 10_000;
/** The longest that it may take, in milliseconds, with the loading of the client, and what an invocation must have left for it. */
const WAKE_MS = 1_500;
const LEAST_MS = 2_000;

/** An invocation, as far as it matters here. */
export type PressedInvocation = {
  readonly signals: SignalCounts;
  /** Its signals are where the scaler reads them. */
  readonly isTold: boolean;
  readonly remainingMs: number;
};

/** Wakes the scaler if an invocation was under pressure. */
export type PressureWake = (invocation: PressedInvocation) => Promise<void>;

/** Returns what wakes the scaler for an environment; it never throws, since the scaler also looks by itself each minute. */
export const pressureWake = ({
  wakeScaler,
  clock,
  log,
}: {
  readonly wakeScaler: WakeScaler;
  readonly clock: Clock;
  readonly log: JobLog;
}): PressureWake => {
  let wokenMs = Number.NEGATIVE_INFINITY;
  let isDue = false;
  return async ({ signals, isTold, remainingMs }) => {
    const nowMs = clock.nowMs();
    isDue ||= isPressed(signals);
    // Woken before it can read why, the scaler would go back to sleep: the invocation that tells it wakes it, too.
    if (!isDue || !isTold) return;
    isDue = false;
    if (nowMs - wokenMs < EVERY_MS || remainingMs < LEAST_MS) return;
    wokenMs = nowMs;
    try {
      await within(clock, WAKE_MS, wakeScaler);
    } catch (error) {
      log("scaler.not-woken", { reason: describeError(error) });
    }
  };
};

/** Half of the attempts, or more, were refused or ran out of time. */
const isPressed = (counts: SignalCounts): boolean => {
  const pressed = counts.pressure + counts.timedOut;
  return pressed > 0 && pressed >= attemptsIn(counts) / 2;
};

/** A waker whose client is loaded when the first pressure needs it: cold starts need none. */
export const lazyWaker = (load: () => Promise<WakeScaler>): WakeScaler => {
  let loading: Promise<WakeScaler> | undefined;
  return async (signal) => {
    loading ??= load();
    await (await loading)(signal);
  };
};
