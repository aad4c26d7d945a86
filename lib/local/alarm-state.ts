export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value >= threshold,
    words: "greater than or equal to",
  },
  GreaterThanThreshold: { holds: (value: number, threshold: number) => value > threshold, words: "greater than" },
  LessThanOrEqualToThreshold: {
    holds: (value: number, threshold: number) => value <= threshold,
    words: "less than or equal to",
  },
  LessThanThreshold: { holds: (value: number, threshold: number) => value < threshold, words: "less than" },
} as const;

export type Comparison = keyof typeof COMPARISONS;

export const MISSING_DATA_TREATMENTS = ["breaching", "notBreaching", "ignore", "missing"] as const;

export type MissingDataTreatment = (typeof MISSING_DATA_TREATMENTS)[number];

/** When a metric alarm is in ALARM: `datapointsToAlarm` of the newest `evaluationPeriods` values breach the threshold. */
export type AlarmCondition = {
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly missingData: MissingDataTreatment;
};

/** A period's value; undefined where the metric has none. */
export type AlarmPoint = { readonly atMs: number; readonly value: number | undefined };

/** A state, and why it is that. */
export type AlarmVerdict = { readonly state: AlarmState; readonly reason: string };

/** How many more periods than its own an alarm looks at, to make up for missing ones. AWS publishes only examples: 5 for 3. */
export const EXTRA_PERIODS = 2;

/**
 * Decides a metric alarm's state as CloudWatch does.
 *
 * Missing values count only as far as there are too few real ones, also older ones. Where the oldest value of the
 * evaluation periods breaches, and nothing else is known since, that is an alarm before its time.
 *
 * @param points of the evaluation periods and {@link EXTRA_PERIODS} before them, oldest first; periods that are left out
 * are not missing: nothing is known of them
 * @returns undefined where the state stays as it is
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export const decideAlarm = (condition: AlarmCondition, points: readonly AlarmPoint[]): AlarmVerdict | undefined => {
  const { evaluationPeriods, datapointsToAlarm, missingData } = condition;
  const real = points.filter(({ value }) => value !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter((point) => breaches(condition, point));
  const filled = Math.max(0, Math.min(evaluationPeriods, points.length) - real.length);
  const verdict = (state: AlarmState): AlarmVerdict => ({ state, reason: reasonOf(condition, state, real, filled) });

  if (missingData === "breaching") return verdict(breaching.length + filled >= datapointsToAlarm ? "ALARM" : "OK");
  if (breaching.length >= datapointsToAlarm) return verdict("ALARM");
  if (missingData === "notBreaching" || breaching.length < real.length) return verdict("OK");
  // What is left has no value at all, or too few, all of which breach.
  if (missingData === "ignore") return undefined;
  if (real.length === 0) return verdict("INSUFFICIENT_DATA");
  const recent = points.slice(-evaluationPeriods);
  const oldest = recent.findIndex((point) => breaches(condition, point));
  return verdict(oldest >= 0 && recent.length - oldest >= datapointsToAlarm ? "ALARM" : "OK");
};

const breaches = ({ comparison, threshold }: AlarmCondition, { value }: AlarmPoint): boolean =>
  value !== undefined && COMPARISONS[comparison].holds(value, threshold);

const reasonOf = (
  condition: AlarmCondition,
  state: AlarmState,
  real: readonly AlarmPoint[],
  filled: number,
): string => {
  const { comparison, threshold, evaluationPeriods, datapointsToAlarm, missingData } = condition;
  const periods = `${evaluationPeriods} period${evaluationPeriods === 1 ? "" : "s"}`;
  if (state === "INSUFFICIENT_DATA") return `Insufficient Data: no datapoints were received for ${periods}.`;
  const isTold = filled > 0 && (missingData === "breaching" || missingData === "notBreaching");
  const treated = isTold
    ? ` ${filled} missing datapoint${filled === 1 ? " was" : "s were"} treated as [${missingData === "breaching" ? "Breaching" : "NonBreaching"}].`
    : "";
  if (real.length === 0) return `Threshold Crossed: no datapoints were received for ${periods}.${treated}`;
  const wanted = real.filter((point) => breaches(condition, point) === (state === "ALARM"));
  const words = COMPARISONS[comparison].words;
  const values = wanted.toReversed().map(({ atMs, value }) => `${value} (${timeOf(atMs)})`);
  const ratio = `${wanted.length} out of the last ${real.length} datapoint${real.length === 1 ? "" : "s"}`;
  const crossed = `${ratio} [${values.join(", ")}] ${wanted.length === 1 ? "was" : "were"} ${state === "ALARM" ? "" : "not "}${words} the threshold (${threshold})`;
  const needed = evaluationPeriods - datapointsToAlarm + 1;
  const minimum = state === "ALARM" ? `${datapointsToAlarm} for OK -> ALARM` : `${needed} for ALARM -> OK`;
  return `Threshold Crossed: ${crossed} (minimum datapoints: ${minimum}).${treated}`;
};

/** `22/11/26 10:00:00`, as CloudWatch writes times in reasons. */
const timeOf = (atMs: number): string => {
  const [date = "", time = ""] = new Date(atMs).toISOString().split("T");
  return `${date.slice(2).split("-").reverse().join("/")} ${time.slice(0, 8)}`;
};
