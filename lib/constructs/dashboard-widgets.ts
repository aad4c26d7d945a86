import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  CompositeAlarm,
  GraphWidget,
  type HorizontalAnnotation,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { ALARM_METRICS } from "../core/alarm-metrics.ts";
import type { AlarmMetric } from "../core/alarm-spec.ts";
import { type MetricPlaces, metricOf, queuePlaces } from "./alarm-metrics.ts";
import type { WatchedJobType } from "./alarm-watched-stage.ts";
import type { Alarms } from "./alarms.ts";

/** Widgets side by side, and how many metrics they show. */
export type DashboardRow = { readonly widgets: readonly IWidget[]; readonly metricCount: number };

const FULL_WIDTH = 24;
const HEIGHT = 6;
/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const ALARMS_OF_A_WIDGET = 100;
const ALARMS_IN_A_ROW = 6;

type Graph = {
  readonly title: string;
  /** By their labels. */
  readonly left: Readonly<Record<string, AlarmMetric>>;
  readonly right?: Readonly<Record<string, AlarmMetric>>;
  readonly leftAnnotations?: readonly HorizontalAnnotation[];
  readonly rightAnnotations?: readonly HorizontalAnnotation[];
};

/** Returns a job type's row: depth against limit and concurrency, age against its target, dead jobs and throttles. */
export const queueRow = (stage: string, jobType: WatchedJobType): DashboardRow => {
  const { name, settings } = jobType;
  const { visible, inFlight, running, limit, oldestAge, jobsDead, workerThrottles } = ALARM_METRICS;
  return rowOf(queuePlaces(stage, jobType), [
    {
      title: `${name}: depth (left), limit and concurrency (right)`,
      left: { waiting: visible, "in flight": inFlight },
      right: { running, limit },
      // The metric of the limit is there only while the queue is not open.
      ...(settings.maxConcurrency && {
        rightAnnotations: [{ value: settings.maxConcurrency, label: "maxConcurrency" }],
      }),
    },
    {
      title: `${name}: age of the oldest job, in seconds`,
      left: { age: oldestAge },
      leftAnnotations: [{ value: settings.targetWaitSeconds, label: "targetWaitSeconds" }],
    },
    { title: `${name}: dead jobs and throttles`, left: { dead: jobsDead, throttled: workerThrottles } },
  ]);
};

/** Returns the row of what a stage has once: the HTTP API, its latency, and throttles of table and api with the scaler's errors. */
export const stageRow = (places: MetricPlaces): DashboardRow => {
  const { apiRequests, apiErrors, apiLatency, apiThrottles, tableReadThrottles, tableWriteThrottles } = ALARM_METRICS;
  return rowOf(places, [
    {
      title: "HTTP API: requests (left) and 5xx (right)",
      left: { requests: apiRequests },
      right: { "5xx": apiErrors },
    },
    { title: "HTTP API: p99 of latency, in milliseconds", left: { p99: apiLatency } },
    {
      title: "Throttles (left), the scaler's runs and errors (right)",
      left: { api: apiThrottles, "table reads": tableReadThrottles, "table writes": tableWriteThrottles },
      right: { runs: ALARM_METRICS.scalerRuns, errors: ALARM_METRICS.scalerErrors },
    },
  ]);
};

const rowOf = (places: MetricPlaces, graphs: readonly Graph[]): DashboardRow => ({
  widgets: graphs.map(({ title, left, right = {}, leftAnnotations = [], rightAnnotations = [] }) => {
    const metricsOf = (metrics: Readonly<Record<string, AlarmMetric>>) =>
      Object.entries(metrics).map(([label, metric]) => metricOf(metric, places, { label }));
    return new GraphWidget({
      title,
      width: FULL_WIDTH / graphs.length,
      height: HEIGHT,
      period: Duration.minutes(1),
      left: metricsOf(left),
      right: metricsOf(right),
      leftAnnotations: [...leftAnnotations],
      rightAnnotations: [...rightAnnotations],
      leftYAxis: { min: 0, showUnits: false },
      rightYAxis: { min: 0, showUnits: false },
    });
  }),
  metricCount: graphs
    .map(({ left, right = {} }) => Object.keys(left).length + Object.keys(right).length)
    .reduce((sum, count) => sum + count, 0),
});

/** Returns widgets of all alarms, the one that notifies first; a widget takes a hundred. */
export const alarmsWidgets = (scope: Construct, { alarms, page }: Alarms): readonly IWidget[] => {
  const all = [
    ...(page === undefined ? [] : [CompositeAlarm.fromCompositeAlarmArn(scope, "Page", page.attrArn)]),
    ...alarms,
  ];
  return Array.from({ length: Math.ceil(all.length / ALARMS_OF_A_WIDGET) }, (_, index) => {
    const shown = all.slice(index * ALARMS_OF_A_WIDGET, (index + 1) * ALARMS_OF_A_WIDGET);
    const height = 1 + Math.ceil(shown.length / ALARMS_IN_A_ROW);
    return new AlarmStatusWidget({ title: "Alarms", width: FULL_WIDTH, height, alarms: shown });
  });
};

/** The event that the scaler logs for each change of a mapping. */
const CHANGE_EVENT = "queue.changed";

/**
 * Returns the commands of CloudWatch Logs Insights that list the scaler's changes.
 *
 * Lambda may wrap a line that a function logs into one of its own, with the quotes escaped: they match with and without.
 */
export const REASONS_QUERY: readonly string[] = [
  "fields @timestamp",
  `filter @message like /"${CHANGE_EVENT.replace(".", "\\.")}/`,
  'parse @message /"queue\\\\*":\\\\*"(?<queue>[a-z0-9-]+)/',
  'parse @message /"from\\\\*":\\{\\\\*"limit\\\\*":(?<from>[0-9]+|null)/',
  'parse @message /"to\\\\*":\\{\\\\*"limit\\\\*":(?<to>[0-9]+|null)/',
  'parse @message /"mode\\\\*":\\\\*"(?<mode>[a-z]+)/',
  'parse @message /"reason\\\\*":\\\\*"(?<reason>[^"\\\\]+)/',
  "display @timestamp, queue, from, to, mode, reason",
  "sort @timestamp desc",
  "limit 100",
];

/** Returns a widget of the scaler's changes, each with its reason. */
export const reasonsWidget = (logGroupName: string): IWidget =>
  new LogQueryWidget({
    title: "What the scaler changed, and why",
    width: FULL_WIDTH,
    height: HEIGHT,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [logGroupName],
    queryLines: [...REASONS_QUERY],
  });
