import type { Alarms } from "../alarms.ts";
import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { MetricStore } from "../metrics.ts";
import type { AwsError } from "./aws-error.ts";
import { describeAlarms, setAlarmState } from "./cloudwatch-alarms.ts";
import { getMetricData } from "./cloudwatch-metric-data.ts";
import { getMetricStatistics, listMetrics, putMetricData } from "./cloudwatch-metrics.ts";
import type { WireObject } from "./wire-time.ts";

export type CloudWatch = { readonly metrics: MetricStore; readonly alarms: Alarms; readonly clock: Clock };

/** Times in an input are numbers of seconds since 1970. */
type Operation = (cloudWatch: CloudWatch, input: JsonObject) => WireObject | AwsError;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeAlarms: ({ alarms }, input) => describeAlarms(alarms, input),
  GetMetricData: ({ metrics }, input) => getMetricData(metrics, input),
  GetMetricStatistics: ({ metrics }, input) => getMetricStatistics(metrics, input),
  ListMetrics: ({ metrics }, input) => listMetrics(metrics, input),
  PutMetricData: ({ metrics, clock }, input) => putMetricData(metrics, input, clock.nowMs()),
  SetAlarmState: ({ alarms }, input) => setAlarmState(alarms, input),
};

/** The operations of CloudWatch that a run answers. */
export const CLOUDWATCH_OPERATIONS: readonly string[] = Object.keys(OPERATIONS);

/** Performs an operation of CloudWatch, whatever protocol asks for it. */
export const callCloudWatch = (cloudWatch: CloudWatch, operation: string, input: JsonObject): WireObject | AwsError => {
  // A name such as valueOf is one of every object.
  const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (perform !== undefined) return perform(cloudWatch, input);
  const message = `a local run does not support ${operation} of CloudWatch; it supports ${CLOUDWATCH_OPERATIONS.join(", ")}`;
  return { code: "UnknownOperationException", message };
};

/** Tells a refusal from an answer. */
export const isRefusal = (answer: WireObject | AwsError): answer is AwsError =>
  typeof answer.code === "string" && typeof answer.message === "string";
