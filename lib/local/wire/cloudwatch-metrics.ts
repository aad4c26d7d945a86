import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { readMetricId } from "../metric-data.ts";
import { type MetricPoint, type MetricValues, pointOfValues } from "../metric-point.ts";
import { isStatistic, STATISTICS_IN_WORDS } from "../metric-statistics.ts";
import type { MetricId, MetricStore } from "../metrics.ts";
import type { AwsError } from "./aws-error.ts";
import { type WireObject, WireTime } from "./wire-time.ts";

const MOST_DATAPOINTS = 1_440;

/** What AWS says to who asks for too much at once. */
export const tooManyDatapoints = (count: number, most: number): string =>
  `You have requested up to ${count} datapoints, which exceeds the limit of ${most}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`;

/** Answers `GetMetricStatistics`. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
export const getMetricStatistics = (store: MetricStore, input: JsonObject): WireObject | AwsError => {
  const startMs = Number(input.StartTime) * 1_000;
  const endMs = Number(input.EndTime) * 1_000;
  const periodSeconds = Number(input.Period);
  if (!(startMs < endMs)) return invalid("StartTime must be a time before EndTime");
  if (!(periodSeconds >= 1)) return invalid(`Period must be at least 1 second, got ${input.Period}`);
  const count = Math.ceil((endMs - startMs) / (periodSeconds * 1_000));
  if (count > MOST_DATAPOINTS) {
    return { code: "InvalidParameterCombination", message: tooManyDatapoints(count, MOST_DATAPOINTS) };
  }
  const names = [...listOf(input.Statistics), ...listOf(input.ExtendedStatistics)].map(String);
  const unknown = names.find((name) => !isStatistic(name));
  if (unknown !== undefined || names.length === 0)
    return invalid(`a statistic must be ${STATISTICS_IN_WORDS}, got ${unknown}`);
  const id = readMetricId(input);
  const points = new Map<number, Record<string, number>>();
  const extended = new Map<number, Record<string, number>>();
  for (const statistic of names.filter(isStatistic)) {
    const into = /^p\d/.test(statistic) ? extended : points;
    for (const { atMs, value } of store.query({ ...id, statistic, periodSeconds, startMs, endMs })) {
      into.set(atMs, { ...into.get(atMs), [statistic]: value });
    }
  }
  const times = [...new Set([...points.keys(), ...extended.keys()])].sort((one, other) => one - other);
  return {
    Label: id.metric,
    Datapoints: times.map((atMs) => ({
      Timestamp: new WireTime(atMs),
      ...points.get(atMs),
      ...(extended.has(atMs) ? { ExtendedStatistics: extended.get(atMs) } : {}),
    })),
  };
};

const MOST_LISTED = 500;

/** Answers `ListMetrics`. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
export const listMetrics = (store: MetricStore, input: JsonObject): WireObject => {
  const wanted = listOf(input.Dimensions).filter(isJsonObject);
  const fits = ({ namespace, metric, dimensions }: MetricId): boolean =>
    (input.Namespace === undefined || input.Namespace === namespace) &&
    (input.MetricName === undefined || input.MetricName === metric) &&
    wanted.every(
      ({ Name, Value }) =>
        Object.hasOwn(dimensions, String(Name)) && (Value === undefined || Value === dimensions[String(Name)]),
    );
  const first = Number(input.NextToken ?? 0);
  const found = store.list().filter(fits);
  const last = first + MOST_LISTED;
  return {
    Metrics: found.slice(first, last).map(({ namespace, metric, dimensions }) => ({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(found.length > last ? { NextToken: String(last) } : {}),
  };
};

/** Answers `PutMetricData`. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export const putMetricData = (store: MetricStore, input: JsonObject, nowMs: number): WireObject | AwsError => {
  const { Namespace: namespace } = input;
  if (typeof namespace !== "string" || namespace === "" || namespace.startsWith("AWS/")) {
    return invalid(`Namespace must be one of your own, got ${namespace}`);
  }
  const read = listOf(input.MetricData)
    .filter(isJsonObject)
    .map((datum) => pointFrom(namespace, datum, nowMs));
  const wrong = read.find((point) => typeof point === "string");
  if (wrong !== undefined) return invalid(wrong);
  store.add(read.filter((point) => typeof point !== "string"));
  return {};
};

const pointFrom = (namespace: string, datum: JsonObject, nowMs: number): MetricPoint | string => {
  const { metric, dimensions } = readMetricId(datum);
  if (typeof datum.MetricName !== "string" || datum.MetricName === "") return "a datum must have a MetricName";
  const atMs = datum.Timestamp === undefined ? nowMs : Number(datum.Timestamp) * 1_000;
  if (isJsonObject(datum.StatisticValues)) {
    const { Sum, SampleCount, Minimum, Maximum } = datum.StatisticValues;
    const [sum, count, minimum, maximum] = [Sum, SampleCount, Minimum, Maximum].map(Number);
    const numbers = [sum, count, minimum, maximum].filter((number) => Number.isFinite(number));
    if (numbers.length < 4) return `the StatisticValues of ${metric} must be four numbers`;
    const second = Math.floor(atMs / 1_000) * 1_000;
    return {
      namespace,
      metric,
      dimensions,
      atMs: second,
      sum: sum ?? 0,
      count: count ?? 0,
      minimum: minimum ?? 0,
      maximum: maximum ?? 0,
    };
  }
  const point = pointOfValues(namespace, metric, dimensions, atMs, valuesFrom(datum));
  return point ?? `${metric} must have a Value, or Values with a count above 0 for each`;
};

const valuesFrom = ({ Value, Values, Counts }: JsonObject): MetricValues => {
  if (Value !== undefined) return [[Number(Value), 1]];
  const counts = listOf(Counts);
  return listOf(Values).map((value, place) => [Number(value), Number(counts[place] ?? 1)] as const);
};

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const invalid = (message: string): AwsError => ({ code: "InvalidParameterValue", message });
