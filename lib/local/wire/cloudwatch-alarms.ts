import type { CompositeAlarmSettings, MetricAlarmSettings } from "../alarm-settings.ts";
import type { AlarmState } from "../alarm-state.ts";
import type { AlarmSeen, Alarms } from "../alarms.ts";
import type { Json, JsonObject } from "../json.ts";
import type { AwsError } from "./aws-error.ts";
import { type WireObject, WireTime } from "./wire-time.ts";

const REFUSED = ["ActionPrefix", "ChildrenOfAlarmName", "ParentsOfAlarmName"] as const;
const MOST_ALARMS = 100;
const USUAL_ALARMS = 50;

/**
 * Answers CloudWatch's `DescribeAlarms`; as there, composite alarms are shown only to who asks for their type.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export const describeAlarms = (alarms: Alarms, input: JsonObject): WireObject | AwsError => {
  const refused = REFUSED.find((name) => input[name] !== undefined);
  if (refused !== undefined) return invalid(`a local run does not support ${refused}`);
  const names = listOf(input.AlarmNames);
  const types = listOf(input.AlarmTypes);
  const { AlarmNamePrefix: prefix, StateValue: state } = input;
  const isWanted = ({ settings, state: current }: AlarmSeen): boolean =>
    (names.length === 0 || names.includes(settings.name)) &&
    (typeof prefix !== "string" || settings.name.startsWith(prefix)) &&
    (types.length === 0 ? ["MetricAlarm"] : types).includes(typeOf(settings)) &&
    (state === undefined || state === current);
  const found = alarms.list().filter(isWanted);
  const first = Number(input.NextToken ?? 0);
  const last = first + Math.min(MOST_ALARMS, Number(input.MaxRecords ?? USUAL_ALARMS));
  const page = found.slice(first, last);
  return {
    MetricAlarms: page.flatMap((seen) => (seen.settings.kind === "metric" ? [metricAlarm(seen, seen.settings)] : [])),
    CompositeAlarms: page.flatMap((seen) =>
      seen.settings.kind === "composite" ? [compositeAlarm(seen, seen.settings)] : [],
    ),
    ...(found.length > last ? { NextToken: String(last) } : {}),
  };
};

const STATES: readonly string[] = ["OK", "ALARM", "INSUFFICIENT_DATA"] satisfies readonly AlarmState[];

/** Answers `SetAlarmState`. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html */
export const setAlarmState = (alarms: Alarms, input: JsonObject): WireObject | AwsError => {
  const { AlarmName: name, StateValue: state, StateReason: reason } = input;
  if (typeof state !== "string" || !STATES.includes(state)) return invalid(`StateValue must be ${STATES.join(" or ")}`);
  if (typeof reason !== "string") return invalid("StateReason must be a text");
  if (alarms.set(String(name), { state: state as AlarmState, reason })) return {};
  return { code: "ResourceNotFound", message: `there is no alarm ${name}` };
};

const typeOf = ({ kind }: AlarmSeen["settings"]): string => (kind === "metric" ? "MetricAlarm" : "CompositeAlarm");

const common = ({ settings, state, reason, updatedMs }: AlarmSeen): WireObject => ({
  AlarmName: settings.name,
  AlarmArn: settings.arn,
  ...(settings.description === undefined ? {} : { AlarmDescription: settings.description }),
  ActionsEnabled: settings.actionsEnabled,
  OKActions: settings.okActions,
  AlarmActions: settings.alarmActions,
  InsufficientDataActions: settings.insufficientDataActions,
  StateValue: state,
  StateReason: reason,
  StateUpdatedTimestamp: new WireTime(updatedMs),
  StateTransitionedTimestamp: new WireTime(updatedMs),
});

const metricAlarm = (
  seen: AlarmSeen,
  { condition, periodSeconds, shown, isIgnoringLowSamples }: MetricAlarmSettings,
): WireObject => ({
  ...common(seen),
  ...shown,
  ...(shown.Metrics === undefined ? { Period: periodSeconds } : {}),
  ...(isIgnoringLowSamples ? { EvaluateLowSampleCountPercentile: "ignore" } : {}),
  EvaluationPeriods: condition.evaluationPeriods,
  DatapointsToAlarm: condition.datapointsToAlarm,
  Threshold: condition.threshold,
  ComparisonOperator: condition.comparison,
  TreatMissingData: condition.missingData,
});

const compositeAlarm = (seen: AlarmSeen, { ruleText, suppressor }: CompositeAlarmSettings): WireObject => ({
  ...common(seen),
  AlarmRule: ruleText,
  ...(suppressor === undefined
    ? {}
    : {
        ActionsSuppressor: suppressor.alarm,
        ActionsSuppressorWaitPeriod: suppressor.waitSeconds,
        ActionsSuppressorExtensionPeriod: suppressor.extensionSeconds,
      }),
  ...(seen.suppressedBy === undefined ? {} : { ActionsSuppressedBy: seen.suppressedBy }),
});

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const invalid = (message: string): AwsError => ({ code: "InvalidParameterValue", message });
