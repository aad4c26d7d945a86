import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { AlarmCommands } from "../core/alarm-commands.ts";
import type { AlarmSpec } from "../core/alarm-spec.ts";
import { type MetricPlaces, metricOf } from "./alarm-metrics.ts";
import { logicalId } from "./logical-id.ts";

/** What a table's alarms are made of. */
export type AlarmContext<Subject> = {
  readonly subject: Subject;
  readonly places: MetricPlaces;
  readonly commands: AlarmCommands;
  /** What the job type's mapping may reach at most; unused by alarms of the stage. */
  readonly ceiling: number;
};

const COMPARISONS = {
  ">": ComparisonOperator.GREATER_THAN_THRESHOLD,
  "<": ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

const MISSING = {
  breaching: TreatMissingData.BREACHING,
  notBreaching: TreatMissingData.NOT_BREACHING,
  ignore: TreatMissingData.IGNORE,
} as const;

/** Makes an alarm as its table says; its description ends with the command to run first. */
export const alarmFromSpec = <Subject>(
  scope: Construct,
  spec: AlarmSpec<Subject>,
  { subject, places, commands, ceiling }: AlarmContext<Subject>,
): Alarm =>
  new Alarm(scope, logicalId(spec.id), {
    alarmDescription: `${spec.means(subject)} Next: ${spec.next(commands, subject)}`,
    metric: watched(spec, places, ceiling),
    comparisonOperator: COMPARISONS[spec.comparison],
    threshold: spec.threshold.of(subject),
    datapointsToAlarm: spec.datapoints,
    evaluationPeriods: spec.periods,
    treatMissingData: MISSING[spec.missing],
  });

const watched = <Subject>(spec: AlarmSpec<Subject>, places: MetricPlaces, ceiling: number): IMetric => {
  const { periodSeconds } = spec;
  const metrics = Object.fromEntries(
    Object.entries(spec.metrics).map(([name, metric]) => [name, metricOf(metric, places, { periodSeconds })] as const),
  );
  if (spec.expression !== undefined) {
    return new MathExpression({
      expression: spec.expression(ceiling),
      usingMetrics: metrics,
      period: Duration.seconds(periodSeconds),
      label: spec.id,
    });
  }
  const [metric] = Object.values(metrics);
  if (metric === undefined) throw new TypeError(`alarm ${spec.id} has no metric`);
  return metric;
};
