import { Duration } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { API_METRIC_NAMES } from "../core/alarm-metrics.ts";
import type { AlarmMetric, MetricSource } from "../core/alarm-spec.ts";
import { METRIC_DIMENSIONS, METRICS_NAMESPACE } from "../core/metric-names.ts";
import type { WatchedJobType, WatchedStage } from "./alarm-watched-stage.ts";

/** Where CloudWatch has the metrics of each source. */
export type MetricPlaces = Readonly<Partial<Record<MetricSource, MetricPlace>>>;

type MetricPlace = {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** What metrics are called there that have another name elsewhere. @default none has */
  readonly names?: Readonly<Record<string, string>>;
};

/** Returns the places of a stage's own metrics. */
export const stagePlaces = ({ stage, api, scaler, table }: WatchedStage): MetricPlaces => ({
  api: { namespace: "AWS/ApiGateway", dimensions: api.dimensions, names: API_METRIC_NAMES[stage.front] },
  apiFunction: functionPlace(api.lambda),
  scaler: functionPlace(scaler.lambda),
  table: { namespace: "AWS/DynamoDB", dimensions: { TableName: table.tableName } },
});

/** Returns the places of a job type's metrics. */
export const queuePlaces = (stage: string, { name, queue, worker }: WatchedJobType): MetricPlaces => {
  const values = { stage, jobType: name };
  return {
    jobType: {
      namespace: METRICS_NAMESPACE,
      dimensions: Object.fromEntries(METRIC_DIMENSIONS.map((dimension) => [dimension, values[dimension]])),
    },
    queue: { namespace: "AWS/SQS", dimensions: { QueueName: queue.queue.queueName } },
    deadLetterQueue: { namespace: "AWS/SQS", dimensions: { QueueName: queue.deadLetterQueue.queueName } },
    worker: functionPlace(worker.lambda),
  };
};

const functionPlace = ({ functionName }: IFunction): MetricPlace => ({
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: functionName },
});

/** Returns a metric at its place. @param label What a graph calls it; its name if left out */
export const metricOf = (
  { source, name, statistic }: AlarmMetric,
  places: MetricPlaces,
  { periodSeconds = 60, label }: { readonly periodSeconds?: number; readonly label?: string } = {},
): Metric => {
  const place = places[source];
  if (place === undefined) throw new TypeError(`metric ${name} of ${source} has no place here`);
  return new Metric({
    namespace: place.namespace,
    metricName: place.names?.[name] ?? name,
    dimensionsMap: { ...place.dimensions },
    statistic,
    period: Duration.seconds(periodSeconds),
    label,
  });
};
