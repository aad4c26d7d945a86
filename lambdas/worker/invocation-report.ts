import type { JobLog } from "../../lib/core/job-type.ts";
import { type METRIC_DIMENSIONS, METRICS, METRICS_NAMESPACE } from "../../lib/core/metric-names.ts";
import { embeddedMetrics } from "../shared/embedded-metrics.ts";
import type { Clock } from "../shared/ports.ts";
import type { WakeScaler } from "../shared/scaler-waker.ts";
import type { InvocationTally } from "./invocation-tally.ts";
import { pressureWake } from "./pressure-wake.ts";
import { signalReport } from "./signal-report.ts";
import type { SignalWriter } from "./signal-writer.ts";

/** Tells who needs to know what an invocation has met; never throws. */
export type InvocationReport = (tally: InvocationTally, remainingMs: () => number) => Promise<void>;

export type InvocationReportPorts = {
  /** Of the metrics. */
  readonly dimensions: Readonly<Record<(typeof METRIC_DIMENSIONS)[number], string>>;
  readonly signals: SignalWriter;
  readonly wakeScaler: WakeScaler;
  /** Writes a line into the log as it is. */
  readonly print: (line: string) => void;
  readonly clock: Clock;
  readonly log: JobLog;
};

/** Returns the report of one environment: metrics into its log, signals for the scaler, and a call that wakes it. */
export const invocationReport = (ports: InvocationReportPorts): InvocationReport => {
  const reportSignals = signalReport(ports);
  const wakeIfPressed = pressureWake(ports);
  return async ({ signals, deaths }, remainingMs) => {
    if (deaths > 0) ports.print(deathMetrics(ports, deaths));
    const isTold = await reportSignals(signals, remainingMs());
    await wakeIfPressed({ signals, isTold, remainingMs: remainingMs() });
  };
};

const deathMetrics = ({ dimensions, clock }: InvocationReportPorts, deaths: number): string =>
  embeddedMetrics({
    namespace: METRICS_NAMESPACE,
    dimensions,
    metrics: { [METRICS.jobsDead]: { value: deaths, unit: "Count" } },
    nowMs: clock.nowMs(),
  });
