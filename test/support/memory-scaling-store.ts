import type { ScalingStore } from "../../lambdas/api/api.ts";
import type { ManualControl, QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";

/** What is set by hand, and what the scaler decided, in memory. */
export const memoryScalingStore = () => {
  const manual = new Map<string, ManualControl>();
  const decisions = new Map<string, QueueDecision>();
  const store: ScalingStore = {
    read: async () => ({
      decisions: Object.fromEntries(decisions),
      decidedAt: decisions.size === 0 ? undefined : "2026-11-22T10:00:00.000Z",
      manual: Object.fromEntries(manual),
    }),
    setManual: async (type, control) => {
      const before = manual.get(type);
      if (before?.kind === "pause" && control.kind === "pause") return before;
      manual.set(type, control);
      return control;
    },
    lift: async (type) => void manual.delete(type),
  };
  return { ...store, decisions };
};
