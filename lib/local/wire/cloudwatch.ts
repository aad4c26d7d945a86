import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { isStatistic, type MetricQuery, type MetricStore } from "../metrics.ts";
import type { AwsError } from "./aws-error.ts";

/** One series of an answer to `GetMetricData`; times are in seconds since 1970. */
export type MetricResult = {
  readonly Id: string;
  readonly Label: string;
  readonly Timestamps: readonly number[];
  readonly Values: readonly number[];
  readonly StatusCode: "Complete";
};

/**
 * Answers CloudWatch's `GetMetricData`, for queries of one metric each; metric math is refused.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export const getMetricData = (store: MetricStore, input: JsonObject): readonly MetricResult[] | AwsError => {
  const startMs = Number(input.StartTime) * 1_000;
  const endMs = Number(input.EndTime) * 1_000;
  if (!(startMs < endMs)) return invalid("StartTime must be a time before EndTime");
  const results: MetricResult[] = [];
  for (const entry of listOf(input.MetricDataQueries)) {
    const query = readQuery(entry, startMs, endMs);
    if ("code" in query) return query;
    if (entry.ReturnData === false) continue;
    const oldestFirst = store.query(query);
    const series = input.ScanBy === "TimestampAscending" ? oldestFirst : oldestFirst.toReversed();
    results.push({
      Id: String(entry.Id),
      Label: typeof entry.Label === "string" ? entry.Label : query.metric,
      Timestamps: series.map(({ atMs }) => atMs / 1_000),
      Values: series.map(({ value }) => value),
      StatusCode: "Complete",
    });
  }
  return results;
};

const readQuery = (entry: JsonObject, startMs: number, endMs: number): MetricQuery | AwsError => {
  const { Metric: metric, Period: period, Stat: statistic } = objectOf(entry.MetricStat);
  if (!isJsonObject(metric))
    return invalid(`query ${entry.Id} must have a MetricStat: a local run does no metric math`);
  if (typeof statistic !== "string" || !isStatistic(statistic)) {
    return invalid(`query ${entry.Id} must ask for Maximum, Minimum, Sum, Average or SampleCount, got ${statistic}`);
  }
  if (!(Number(period) >= 1))
    return invalid(`query ${entry.Id} must have a Period of at least 1 second, got ${period}`);
  const dimensions = listOf(metric.Dimensions).map(({ Name, Value }) => [String(Name), String(Value)] as const);
  return {
    namespace: String(metric.Namespace),
    metric: String(metric.MetricName),
    dimensions: Object.fromEntries(dimensions),
    statistic,
    periodSeconds: Number(period),
    startMs,
    endMs,
  };
};

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

const invalid = (message: string): AwsError => ({ code: "InvalidParameterValue", message });
