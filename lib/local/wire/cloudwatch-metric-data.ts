import type { JsonObject } from "../json.ts";
import { evaluateQuery, type MetricDataQuery, readMetricDataQueries } from "../metric-data.ts";
import type { MetricStore } from "../metrics.ts";
import type { AwsError } from "./aws-error.ts";
import { type WireObject, WireTime } from "./wire-time.ts";

/**
 * Answers CloudWatch's `GetMetricData`.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export const getMetricData = (store: MetricStore, input: JsonObject): WireObject | AwsError => {
  const startMs = Number(input.StartTime) * 1_000;
  const endMs = Number(input.EndTime) * 1_000;
  if (!(startMs < endMs)) return invalid("StartTime must be a time before EndTime");
  const read = readMetricDataQueries(input.MetricDataQueries);
  if (read.kind === "refused") return invalid(read.problem);
  const { queries } = read;
  const isAscending = input.ScanBy === "TimestampAscending";
  const resultOf = ({ id, label }: MetricDataQuery): WireObject => {
    const oldestFirst = [...evaluateQuery(store, queries, id, { startMs, endMs })];
    const series = isAscending ? oldestFirst : oldestFirst.toReversed();
    return {
      Id: id,
      Label: label,
      Timestamps: series.map(([atMs]) => new WireTime(atMs)),
      Values: series.map(([, value]) => value),
      StatusCode: "Complete",
    };
  };
  return { MetricDataResults: queries.filter(({ isReturned }) => isReturned).map(resultOf), Messages: [] };
};

const invalid = (message: string): AwsError => ({ code: "InvalidParameterValue", message });
