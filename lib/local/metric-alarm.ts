import type { MetricAlarmSettings } from "./alarm-settings.ts";
import { type AlarmVerdict, decideAlarm, EXTRA_PERIODS } from "./alarm-state.ts";
import { evaluateQuery, type MetricDataRange } from "./metric-data.ts";
import { percentileOf } from "./metric-statistics.ts";
import type { MetricStore } from "./metrics.ts";

const MINUTE_MS = 60_000;

/**
 * Decides a metric alarm's state from the periods up to the last full minute; of periods below a minute, up to the last
 * full period.
 *
 * A new alarm waits for the first step that it has seen from beginning to end. What is missing from before it was there
 * does not count as missing: or each heartbeat that begins with a run would be told to have stopped.
 *
 * @returns undefined where the state stays as it is
 */
export const decideMetricAlarm = (
  metrics: MetricStore,
  settings: MetricAlarmSettings,
  nowMs: number,
  createdMs: number,
): AlarmVerdict | undefined => {
  const { condition, queries, resultId, periodSeconds } = settings;
  const periodMs = periodSeconds * 1_000;
  const stepMs = Math.min(periodMs, MINUTE_MS);
  const endMs = Math.floor(nowMs / stepMs) * stepMs;
  if (endMs - stepMs < createdMs) return undefined;
  const length = condition.evaluationPeriods + EXTRA_PERIODS;
  const startMs = endMs - length * periodMs;
  const range = { startMs, endMs, originMs: startMs };
  if (settings.isIgnoringLowSamples && hasFewSamples(metrics, settings, range)) return undefined;
  const values = evaluateQuery(metrics, queries, resultId, range);
  const periods = Array.from({ length }, (_, place) => startMs + place * periodMs);
  const points = periods.map((atMs) => ({ atMs, value: values.get(atMs) }));
  const first = points.findIndex(({ atMs, value }) => value !== undefined || atMs >= createdMs);
  return decideAlarm(condition, first < 0 ? [] : points.slice(first));
};

/** Tells whether a percentile of the evaluation periods is one of too few values to mean something. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html */
const hasFewSamples = (metrics: MetricStore, settings: MetricAlarmSettings, range: MetricDataRange): boolean => {
  const [query] = settings.queries;
  if (query?.kind !== "metric") return false;
  const percentile = percentileOf(query.statistic);
  if (percentile === undefined) return false;
  const least = Math.round(1_000 / (percentile < 50 ? percentile : 100 - percentile));
  const counts = metrics.query({
    ...query.metric,
    statistic: "SampleCount",
    periodSeconds: query.periodSeconds,
    ...range,
  });
  return counts.slice(-settings.condition.evaluationPeriods).some(({ value }) => value < least);
};
