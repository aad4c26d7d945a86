import type { InvocationReportPorts } from "../../lambdas/worker/invocation-report.ts";
import type { SignalCounts } from "../../lib/core/signals.ts";

/** What a worker tells the scaler and its log, in memory. */
export const memoryScaling = () => {
  const written: { readonly atMs: number; readonly counts: SignalCounts }[] = [];
  const wakes: number[] = [];
  const printed: string[] = [];
  const ports: Omit<InvocationReportPorts, "clock" | "log"> = {
    dimensions: { stage: "dev", jobType: "echo" },
    signals: { add: async (counts, atMs) => void written.push({ atMs, counts }) },
    wakeScaler: async () => void wakes.push(wakes.length + 1),
    print: (line) => void printed.push(line),
  };
  return { written, wakes, printed, ports };
};
