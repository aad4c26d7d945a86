import {
  type AlarmCondition,
  COMPARISONS,
  type Comparison,
  MISSING_DATA_TREATMENTS,
  type MissingDataTreatment,
} from "../alarm-state.ts";
import { type MetricDataQuery, periodSecondsOf, readMetricDataQueries } from "../metric-data.ts";
import { parseMath } from "../metric-math-parser.ts";
import { isStatistic, STATISTICS_IN_WORDS } from "../metric-statistics.ts";
import { ALARM_PROPERTIES, addAlarm, commonOf } from "./alarm-common.ts";
import { boundedOf, invalid, listOf, numberOf, optionalNumberOf, optionalTextOf, textOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { checked, differs, each, fields, honoured, only } from "./treatment.ts";

const dimensions = each(fields({ Name: honoured, Value: honoured }));
const unit = differs("a metric's values count whatever their unit");
const statistic = checked((name) =>
  isStatistic(name) ? undefined : `is supported as ${STATISTICS_IN_WORDS}, not ${name}`,
);
const expression = checked((text) => {
  const parsed = parseMath(text);
  return parsed.kind === "refused" ? parsed.problem : undefined;
});
const metricStat = fields({
  Metric: fields({ Namespace: honoured, MetricName: honoured, Dimensions: dimensions }),
  Period: honoured,
  Stat: statistic,
  Unit: unit,
});

export const alarm: ResourceType = {
  type: "AWS::CloudWatch::Alarm",
  properties: {
    ...ALARM_PROPERTIES,
    ComparisonOperator: only(...Object.keys(COMPARISONS)),
    DatapointsToAlarm: honoured,
    Dimensions: dimensions,
    EvaluateLowSampleCountPercentile: only("evaluate", "ignore"),
    EvaluationPeriods: honoured,
    ExtendedStatistic: statistic,
    MetricName: honoured,
    Metrics: each(
      fields({
        Id: honoured,
        Expression: expression,
        Label: honoured,
        MetricStat: metricStat,
        Period: honoured,
        ReturnData: honoured,
      }),
    ),
    Namespace: honoured,
    Period: honoured,
    Statistic: statistic,
    Threshold: honoured,
    TreatMissingData: only(...MISSING_DATA_TREATMENTS),
    Unit: unit,
  },
  attributes: ["Arn"],
  differences: [
    {
      about: "beginning",
      why: "it has no state for its first full minute, and nothing from before it was made is missing",
    },
    {
      about: "missing data",
      why: "AWS says only by examples how far back an alarm looks for it: here 2 periods further",
    },
  ],
  create: (resource, world) => {
    const queries = queriesOf(resource);
    const [result, ...others] = queries.filter(({ isReturned }) => isReturned);
    if (result === undefined || others.length > 0) {
      throw invalid(resource, "Metrics", "have one entry that returns data", others.length + 1);
    }
    return addAlarm(
      {
        ...commonOf(resource, world),
        kind: "metric",
        condition: conditionOf(resource, queries),
        queries,
        resultId: result.id,
        periodSeconds: periodSecondsOf(queries, result.id),
        isIgnoringLowSamples: optionalTextOf(resource, "EvaluateLowSampleCountPercentile") === "ignore",
        shown: shownOf(resource),
      },
      world,
    );
  },
};

/** Reads what is watched: a single metric is a query like those of `Metrics`. */
const queriesOf = (resource: Resource): readonly MetricDataQuery[] => {
  const metrics = listOf(resource, "Metrics");
  const read = readMetricDataQueries(metrics.length > 0 ? metrics : [singleMetricOf(resource)]);
  if (read.kind === "read") return read.queries;
  throw invalid(resource, "Metrics", `be queries that CloudWatch can answer: ${read.problem}`, metrics);
};

const singleMetricOf = (resource: Resource) => ({
  Id: "m1",
  MetricStat: {
    Metric: {
      Namespace: textOf(resource, "Namespace"),
      MetricName: textOf(resource, "MetricName"),
      Dimensions: listOf(resource, "Dimensions"),
    },
    Period: numberOf(resource, "Period", 0),
    Stat: optionalTextOf(resource, "Statistic") ?? textOf(resource, "ExtendedStatistic"),
  },
});

const conditionOf = (resource: Resource, queries: readonly MetricDataQuery[]): AlarmCondition => {
  const threshold = optionalNumberOf(resource, "Threshold");
  if (threshold === undefined) throw invalid(resource, "Threshold", "be a number", threshold);
  const evaluationPeriods = boundedOf(resource, "EvaluationPeriods", { min: 1, max: 10_080, fallback: 0 });
  const bounds = { min: 1, max: evaluationPeriods, fallback: evaluationPeriods };
  const given = optionalTextOf(resource, "TreatMissingData");
  return {
    comparison: textOf(resource, "ComparisonOperator") as Comparison,
    threshold,
    evaluationPeriods,
    datapointsToAlarm: boundedOf(resource, "DatapointsToAlarm", bounds),
    missingData: (given as MissingDataTreatment | undefined) ?? usualTreatment(queries),
  };
};

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
const usualTreatment = (queries: readonly MetricDataQuery[]): MissingDataTreatment =>
  queries.some((query) => query.kind === "metric" && query.metric.namespace === "AWS/DynamoDB") ? "ignore" : "missing";

const SHOWN = ["Dimensions", "ExtendedStatistic", "MetricName", "Metrics", "Namespace", "Statistic", "Unit"] as const;

const shownOf = ({ properties }: Resource): Resource["properties"] =>
  Object.fromEntries(
    SHOWN.flatMap((name) => {
      const value = properties[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
