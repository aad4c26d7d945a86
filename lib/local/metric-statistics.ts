import { type MetricPoint, valuesOf } from "./metric-point.ts";

/** Percentiles are `p0` to `p100`, with decimals if need be. */
export type Statistic = keyof typeof STATISTICS | `p${number}`;

const STATISTICS = {
  Sum: (points: readonly MetricPoint[]) => points.reduce((total, { sum }) => total + sum, 0),
  SampleCount: (points: readonly MetricPoint[]) => points.reduce((total, { count }) => total + count, 0),
  Minimum: (points: readonly MetricPoint[]) =>
    points.reduce((least, { minimum }) => Math.min(least, minimum), Number.POSITIVE_INFINITY),
  Maximum: (points: readonly MetricPoint[]) =>
    points.reduce((most, { maximum }) => Math.max(most, maximum), Number.NEGATIVE_INFINITY),
  Average: (points: readonly MetricPoint[]) => STATISTICS.Sum(points) / STATISTICS.SampleCount(points),
} as const;

/** In words, for who asks for another. */
export const STATISTICS_IN_WORDS = "Maximum, Minimum, Sum, Average, SampleCount or p0–p100";

export const isStatistic = (name: string): name is Statistic =>
  Object.hasOwn(STATISTICS, name) || percentileOf(name) !== undefined;

/** Returns what a statistic says of the points of a period; none where they cannot tell, as a percentile of sums alone. */
export const statisticOf = (statistic: Statistic, points: readonly MetricPoint[]): number | undefined => {
  if (points.length === 0) return undefined;
  const percentile = percentileOf(statistic);
  if (percentile !== undefined) return nearestRank(percentile, points);
  return STATISTICS[statistic as keyof typeof STATISTICS](points);
};

/** Returns 99 for `p99`, and none for what is no percentile. */
export const percentileOf = (name: string): number | undefined => {
  const percentile = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1];
  return percentile !== undefined && Number(percentile) <= 100 ? Number(percentile) : undefined;
};

const nearestRank = (percentile: number, points: readonly MetricPoint[]): number | undefined => {
  const known = points.map(valuesOf);
  if (known.includes(undefined)) return undefined;
  const values = known.flatMap((some) => some ?? []).sort(([one], [other]) => one - other);
  const total = STATISTICS.SampleCount(points);
  let rank = Math.max(1, Math.ceil((percentile / 100) * total));
  if (rank >= total) return STATISTICS.Maximum(points);
  for (const [value, count] of values) {
    rank -= count;
    // Rounded values may lie a little outside.
    if (rank <= 0) return Math.min(STATISTICS.Maximum(points), Math.max(STATISTICS.Minimum(points), value));
  }
  return STATISTICS.Maximum(points);
};
