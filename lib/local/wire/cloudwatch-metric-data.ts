import type { JsonObject } from "../json.ts";
import { countMathValues, evaluateQueries, type MetricDataQuery, readMetricDataQueries } from "../metric-data.ts";
import type { MetricStore } from "../metrics.ts";
import type { AwsError } from "./aws-error.ts";
import { tooManyDatapoints } from "./cloudwatch-metrics.ts";
import { type WireObject, WireTime } from "./wire-time.ts";

const MOST_QUERIES = 500;
const MOST_VALUES = 100_800;

const TOO_MANY_QUERIES: AwsError = {
  code: "ValidationError",
  message: `The collection MetricDataQueries must not have a size greater than ${MOST_QUERIES}.`,
};

/**
 * Answers CloudWatch's `GetMetricData`.
 *
 * AWS answers a part where expressions have too many values; here such a request is refused.
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
  if (queries.length > MOST_QUERIES) return TOO_MANY_QUERIES;
  const count = countMathValues(queries, { startMs, endMs });
  if (count > MOST_VALUES) return { code: "ValidationError", message: tooManyDatapoints(count, MOST_VALUES) };
  const seriesOf = evaluateQueries(store, queries, { startMs, endMs });
  const isAscending = input.ScanBy === "TimestampAscending";
  const resultOf = ({ id, label }: MetricDataQuery): WireObject => {
    const oldestFirst = [...seriesOf(id)];
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
