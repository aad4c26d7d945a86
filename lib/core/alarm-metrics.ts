import type { AlarmMetric } from "./alarm-spec.ts";
import { METRICS } from "./metric-names.ts";
import type { ParsedStage } from "./settings.ts";

/** The metrics that alarms and dashboard are made of. */
export const ALARM_METRICS = {
  jobsDead: { source: "jobType", name: METRICS.jobsDead, statistic: "Sum" },
  limit: { source: "jobType", name: METRICS.limit, statistic: "Maximum" },
  paused: { source: "jobType", name: METRICS.paused, statistic: "Maximum" },
  byHand: { source: "jobType", name: METRICS.byHand, statistic: "Maximum" },
  oldestAge: { source: "queue", name: "ApproximateAgeOfOldestMessage", statistic: "Maximum" },
  visible: { source: "queue", name: "ApproximateNumberOfMessagesVisible", statistic: "Maximum" },
  inFlight: { source: "queue", name: "ApproximateNumberOfMessagesNotVisible", statistic: "Maximum" },
  deadLetters: { source: "deadLetterQueue", name: "ApproximateNumberOfMessagesVisible", statistic: "Maximum" },
  running: { source: "worker", name: "ConcurrentExecutions", statistic: "Maximum" },
  workerThrottles: { source: "worker", name: "Throttles", statistic: "Sum" },
  apiRequests: { source: "api", name: "Count", statistic: "Sum" },
  apiErrors: { source: "api", name: "5xx", statistic: "Sum" },
  apiLatency: { source: "api", name: "Latency", statistic: "p99" },
  apiThrottles: { source: "apiFunction", name: "Throttles", statistic: "Sum" },
  tableReadThrottles: { source: "table", name: "ReadThrottleEvents", statistic: "Sum" },
  tableWriteThrottles: { source: "table", name: "WriteThrottleEvents", statistic: "Sum" },
  scalerRuns: { source: "scaler", name: "Invocations", statistic: "Sum" },
  scalerErrors: { source: "scaler", name: "Errors", statistic: "Sum" },
} as const satisfies Readonly<Record<string, AlarmMetric>>;

/**
 * What the fronts call metrics that they have under other names, by the names above: those of an HTTP API.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
export const API_METRIC_NAMES: Readonly<Record<ParsedStage["front"], Readonly<Record<string, string>>>> = {
  http: {},
  rest: { "5xx": "5XXError" },
};
