/** Numbers of one moment, for CloudWatch to take from a log. */
export type EmbeddedMetrics = {
  readonly namespace: string;
  /** All together name one metric; CloudWatch charges for each combination of their values. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, { readonly value: number; readonly unit: EmbeddedUnit }>>;
  readonly nowMs: number;
};

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export type EmbeddedUnit = "Count" | "Milliseconds" | "Seconds" | "None";

/**
 * Returns a line that CloudWatch makes metrics of when it finds it in a log, by itself: print it with `printLine`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const embeddedMetrics = ({ namespace, dimensions, metrics, nowMs }: EmbeddedMetrics): string => {
  const definition = {
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.entries(metrics).map(([Name, { unit: Unit }]) => ({ Name, Unit })),
  };
  const values = Object.entries(metrics).map(([name, { value }]) => [name, value]);
  return JSON.stringify({
    _aws: { Timestamp: nowMs, CloudWatchMetrics: [definition] },
    ...dimensions,
    ...Object.fromEntries(values),
  });
};
