import type { AlarmCondition } from "./alarm-state.ts";
import type { AlarmRule } from "./composite-rule.ts";
import type { JsonObject } from "./json.ts";
import type { MetricDataQuery } from "./metric-data.ts";

/** What every alarm has. */
type AlarmBase = {
  readonly name: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly actionsEnabled: boolean;
  /** ARNs of topics. */
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
};

/** An alarm on a metric, or on an expression over metrics. */
export type MetricAlarmSettings = AlarmBase & {
  readonly kind: "metric";
  readonly condition: AlarmCondition;
  readonly queries: readonly MetricDataQuery[];
  /** The query whose values are compared with the threshold. */
  readonly resultId: string;
  readonly periodSeconds: number;
  /** Percentiles of too few values leave the state as it is. */
  readonly isIgnoringLowSamples: boolean;
  /** What the template says of the metric, for `DescribeAlarms`. */
  readonly shown: JsonObject;
};

/** An alarm made of others. */
export type CompositeAlarmSettings = AlarmBase & {
  readonly kind: "composite";
  readonly rule: AlarmRule;
  readonly ruleText: string;
  readonly suppressor: AlarmSuppressor | undefined;
};

export type AlarmSuppressor = {
  /** Name or ARN of the alarm. */
  readonly alarm: string;
  readonly waitSeconds: number;
  readonly extensionSeconds: number;
};

export type AlarmSettings = MetricAlarmSettings | CompositeAlarmSettings;

/** An SNS topic; who subscribes with an e-mail address is told nothing outside of the run. */
export type TopicSettings = { readonly arn: string; readonly name: string; readonly subscribers: readonly string[] };
