import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import type { ApiQueue } from "../../lib/core/environment.ts";
import type { JobLog } from "../../lib/core/job-type.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { Clock } from "../shared/ports.ts";
import type { MetricReader, QueueMetrics } from "./api.ts";

/** A metric without a value for this long counts as unknown: AWS may publish a minute's value some minutes late. */
const LOOK_BACK_MS = 300_000;

const METRICS = [
  { key: "concurrency", Namespace: "AWS/Lambda", MetricName: "ConcurrentExecutions", Dimension: "FunctionName" },
  {
    key: "oldestAgeSeconds",
    Namespace: "AWS/SQS",
    MetricName: "ApproximateAgeOfOldestMessage",
    Dimension: "QueueName",
  },
] as const;

const UNKNOWN: QueueMetrics = { concurrency: null, oldestAgeSeconds: null };

/**
 * Reads the newest value of each queue's metrics from CloudWatch.
 *
 * Without CloudWatch the rest of `GET /queues` still answers, so a failure is logged and its values are null.
 */
export const cloudWatchMetricReader = (
  options: { readonly periodSeconds: number; readonly clock: Clock; readonly log: JobLog },
  getMetricData: (input: GetMetricDataCommandInput) => Promise<GetMetricDataCommandOutput>,
): MetricReader => ({
  read: async (queues) => {
    const types = Object.keys(queues);
    try {
      const nowMs = options.clock.nowMs();
      const { MetricDataResults = [] } = await getMetricData({
        MetricDataQueries: types.flatMap((type, index) => queriesOf(queues[type], index, options.periodSeconds)),
        StartTime: new Date(nowMs - LOOK_BACK_MS),
        EndTime: new Date(nowMs + 1_000),
        ScanBy: "TimestampDescending",
      });
      const newest = new Map(MetricDataResults.map(({ Id, Values = [] }) => [Id, Values[0]]));
      return Object.fromEntries(types.map((type, index) => [type, metricsOf(newest, index)]));
    } catch (error) {
      options.log("metrics.unknown", { reason: describeError(error) });
      return Object.fromEntries(types.map((type) => [type, UNKNOWN]));
    }
  },
});

const queriesOf = (queue: ApiQueue | undefined, index: number, periodSeconds: number): readonly MetricDataQuery[] =>
  METRICS.map(({ key, Namespace, MetricName, Dimension }) => ({
    Id: `${key}_${index}`,
    MetricStat: {
      Metric: { Namespace, MetricName, Dimensions: [{ Name: Dimension, Value: dimensionOf(queue, Dimension) }] },
      Period: periodSeconds,
      Stat: "Maximum",
    },
  }));

const dimensionOf = (queue: ApiQueue | undefined, dimension: "FunctionName" | "QueueName"): string | undefined =>
  dimension === "FunctionName" ? queue?.functionName : queue?.queueUrl.split("/").at(-1);

const metricsOf = (newest: ReadonlyMap<string | undefined, number | undefined>, index: number): QueueMetrics => ({
  concurrency: newest.get(`concurrency_${index}`) ?? null,
  oldestAgeSeconds: newest.get(`oldestAgeSeconds_${index}`) ?? null,
});
