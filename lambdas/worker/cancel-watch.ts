import type { JobLog } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";
import type { RecordStore } from "./record-store.ts";

/** How often a running job's record is looked at, in milliseconds: a shorter job is never looked at, and pays nothing. */
const LOOK_EVERY_MS = 2_000;

/** Watches whether somebody asks to cancel a running job; its signal aborts then. */
export const watchCancel = (
  id: string,
  { records, clock, log }: { readonly records: RecordStore; readonly clock: Clock; readonly log: JobLog },
): { readonly signal: AbortSignal; readonly stop: () => void } => {
  const controller = new AbortController();
  let cancelTimer: () => void = () => undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    try {
      if (await records.isCancelRequested(id)) return controller.abort();
    } catch (error) {
      log("cancel.unknown", { id, reason: describeError(error) });
    }
    if (!isStopped) wait();
  };
  const wait = (): void => {
    cancelTimer = clock.after(LOOK_EVERY_MS, () => void look());
  };
  wait();
  return {
    signal: controller.signal,
    stop: () => {
      isStopped = true;
      cancelTimer();
    },
  };
};
