import type { AlarmCommands } from "./alarm-commands.ts";
import type { ParsedJobType } from "./settings.ts";

/** What a metric is of: its namespace and dimensions follow from it. */
export type MetricSource =
  | "jobType"
  | "queue"
  | "deadLetterQueue"
  | "worker"
  | "api"
  | "apiFunction"
  | "table"
  | "scaler";

export type AlarmMetric = {
  readonly source: MetricSource;
  readonly name: string;
  readonly statistic: "Sum" | "Maximum" | "p99";
};

/** A number that follows from the settings, and the words for it. */
export type Threshold<Subject> = { readonly words: string; readonly of: (subject: Subject) => number };

/**
 * Whether an alarm is part of the stage's one composite, which notifies.
 *
 * `unlessPausedByHand` leaves it out while a person has the queue paused, `onceScalerRan` until the scaler has run once.
 */
export type Paging = "always" | "unlessPausedByHand" | "onceScalerRan" | "never";

/** One alarm: what it watches, what it means, and what to do then. */
export type AlarmSpec<Subject> = {
  /** In kebab-case; unique within its table. */
  readonly id: string;
  /** By the names that the expression has for them; a single one where there is no expression. */
  readonly metrics: Readonly<Record<string, AlarmMetric>>;
  /** Metric math that is above 0 where the alarm's condition holds. @param ceiling See {@link ceilingOf} */
  readonly expression?: (ceiling: number | string) => string;
  readonly comparison: ">" | "<";
  readonly threshold: Threshold<Subject>;
  /** At least 60: a shorter one would be a high-resolution alarm, at three times the price. */
  readonly periodSeconds: 60 | 300;
  /** Goes to ALARM when this many … */
  readonly datapoints: number;
  /** … of this many latest periods breach. */
  readonly periods: number;
  /** What a period without data counts as; `ignore` keeps the state if too few have any. */
  readonly missing: "notBreaching" | "breaching" | "ignore";
  readonly pages: Paging;
  /** In one or two sentences, for whom it has woken. */
  readonly means: (subject: Subject) => string;
  /** The command to run first. */
  readonly next: (commands: AlarmCommands, subject: Subject) => string;
};

/** What most alarms are: any at all in a minute, good news where there is no data, and part of the page. */
export const ANY_AT_ALL = {
  comparison: ">",
  threshold: { words: "0", of: () => 0 },
  periodSeconds: 60,
  missing: "notBreaching",
  pages: "always",
} as const;

/** What a job type's alarms are about. */
export type AlarmedType = { readonly type: string; readonly settings: ParsedJobType };

/** What a stage's alarms are about. */
export type AlarmedStage = { readonly stage: string };

/** Says in words when an alarm goes to ALARM, settings by their names. */
export const conditionOf = <Subject>(spec: AlarmSpec<Subject>): string => {
  const [metric] = Object.values(spec.metrics);
  const value = spec.expression?.("ceiling") ?? `${metric?.statistic} of ${metric?.name}`;
  const length = spec.periodSeconds === 60 ? "min" : `× ${spec.periodSeconds / 60} min`;
  const window = `${spec.datapoints} of ${spec.periods} ${length}`;
  return `${value} ${spec.comparison} ${spec.threshold.words}, ${window}`;
};
