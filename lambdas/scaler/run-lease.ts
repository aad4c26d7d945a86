import { describeError } from "../../lib/core/outcome.ts";
import { within } from "../shared/within.ts";
import type { Lease, Scaler } from "./scaler.ts";
import { CALL_MS } from "./time-limits.ts";

/** A bit more than the time from one close look to the end of the next: what a crashed holder blocks others for. */
const LEASE_MS = 25_000;
/** A lease that was taken or renewed so recently is not renewed, in milliseconds. */
const FRESH_MS = 5_000;
/** What a run that the schedule began keeps against another one such, in milliseconds. */
const UNDISTURBED_MS = 30_000;

/** The lease as one run sees it. */
export type RunLease = {
  readonly holder: string;
  /** Tells whether another run has it, and keeps it. */
  readonly isWithAnother: (seen: Lease | undefined) => boolean;
  /** Takes it, or renews it where that is due. @returns false if another run has it */
  readonly hold: () => Promise<boolean>;
  /** Gives it back if this run ever had it; never throws. */
  readonly giveBack: () => Promise<void>;
};

/**
 * Makes the lease of a run: it spares the work that copies would do twice; what keeps them from harm is the state's version.
 *
 * A run that the schedule began takes over from a woken one, and from one of the minute before, which is about to end
 * or has died: its own minute lasts longer. All others end where they find the lease taken.
 */
export const runLease = ({ store, clock, dice, log }: Scaler, isWoken: boolean): RunLease => {
  const holder = Buffer.from(dice.bytes(8)).toString("hex");
  const yieldsAtMs = clock.nowMs() + (isWoken ? 0 : UNDISTURBED_MS);
  let takenMs: number | undefined;
  return {
    holder,
    isWithAnother: (seen) => {
      const nowMs = clock.nowMs();
      if (seen === undefined || seen.holder === holder || seen.untilMs <= nowMs) return false;
      return isWoken || seen.yieldsAtMs > nowMs;
    },
    hold: async () => {
      const nowMs = clock.nowMs();
      if (takenMs !== undefined && nowMs - takenMs < FRESH_MS) return true;
      const untilMs = nowMs + LEASE_MS;
      const options = { nowMs, mayTakeOver: !isWoken };
      const isTaken = await within(clock, CALL_MS, (signal) =>
        store.takeLease({ holder, untilMs, yieldsAtMs }, options, signal),
      );
      takenMs = isTaken ? nowMs : undefined;
      return isTaken;
    },
    giveBack: async () => {
      if (takenMs === undefined) return;
      try {
        await within(clock, CALL_MS, (signal) => store.giveBackLease(holder, signal));
      } catch (error) {
        // It runs out by itself.
        log("lease.kept", { reason: describeError(error) });
      }
    },
  };
};
