import { describeError } from "../../lib/core/outcome.ts";
import { PROBE_MS, type ProbeAnswer } from "../../lib/core/scaling/scaling-events.ts";
import { logWith } from "../shared/log.ts";
import { within } from "../shared/within.ts";
import type { Worker } from "./worker.ts";

/** Kept back of an invocation's time for the answer, in milliseconds. */
const ANSWER_MS = 500;

/** Asks the job type's `probe` whether the downstream is back; one that takes longer than {@link PROBE_MS} says no. */
export const probeOnce = async (
  { module, clock, log, environment }: Pick<Worker, "module" | "clock" | "log" | "environment">,
  remainingMs: () => number,
): Promise<ProbeAnswer> => {
  const { probe } = module;
  if (probe === undefined) return { probe: "none" };
  const limitMs = Math.max(0, Math.min(PROBE_MS, remainingMs() - ANSWER_MS));
  try {
    await within(clock, limitMs, (signal) => probe({ signal, log: logWith(log, { probe: true }), environment }));
    return { probe: "up" };
  } catch (thrown) {
    log("probe.down", { reason: describeError(thrown) });
    return { probe: "down" };
  }
};
