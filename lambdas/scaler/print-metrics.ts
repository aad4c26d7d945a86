import { METRICS, METRICS_NAMESPACE } from "../../lib/core/metric-names.ts";
import type { QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";
import { type EmbeddedMetrics, embeddedMetrics } from "../shared/embedded-metrics.ts";
import type { KeptQueues, Scaler } from "./scaler.ts";

/**
 * Prints the limit of each queue that is not open or is held by hand, and whether it is paused: any other's would cost,
 * and say nothing.
 */
export const printMetrics = ({ stage, print }: Scaler, queues: KeptQueues, nowMs: number): void => {
  for (const [jobType, { decision }] of Object.entries(queues)) {
    if (decision.mode === "open" && !decision.isManual) continue;
    const dimensions = { stage, jobType };
    print(embeddedMetrics({ namespace: METRICS_NAMESPACE, dimensions, metrics: metricsOf(decision), nowMs }));
  }
};

const metricsOf = ({ limit, isEnabled, isManual }: QueueDecision): EmbeddedMetrics["metrics"] => ({
  ...(isManual ? { [METRICS.byHand]: { value: 1, unit: "Count" } } : {}),
  [METRICS.paused]: { value: isEnabled ? 0 : 1, unit: "Count" },
  ...(limit === undefined ? {} : { [METRICS.limit]: { value: limit, unit: "Count" } }),
});
