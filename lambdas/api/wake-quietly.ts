import type { JobLog } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";
import type { WakeScaler } from "../shared/scaler-waker.ts";
import { within } from "../shared/within.ts";

const WAKE_MS = 3_000;

/** Wakes the scaler for a job type; what goes wrong is logged alone, since the scaler looks by itself each minute. */
export const wakeQuietly =
  ({ clock, log }: { readonly clock: Clock; readonly log: JobLog }, wakerFor: (type: string) => Promise<WakeScaler>) =>
  async (type: string): Promise<void> => {
    try {
      const wake = await wakerFor(type);
      await within(clock, WAKE_MS, wake);
    } catch (error) {
      log("scaler.not-woken", { type, reason: describeError(error) });
    }
  };
