/** What was measured in one second. */
export type MetricPoint = {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: MetricDimensions;
  /** Start of the second, in milliseconds since 1970. */
  readonly atMs: number;
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  /** What percentiles are made of. @default - the one value that was measured, or unknown where minimum and maximum differ */
  readonly values?: MetricValues;
};

export type MetricDimensions = Readonly<Record<string, string>>;

/** Values, and how often each was measured. */
export type MetricValues = readonly (readonly [value: number, count: number])[];

/** More different values than this are rounded, so that a busy second takes little room. */
const EXACT_VALUES = 100;
/** Rounded values are this much apart: percentiles of many values are off by half of it. */
const ROUNDED_STEP = Math.log(1.01);

/** Returns the point of a single value, in the second that holds `nowMs`. */
export const pointOf = (
  namespace: string,
  metric: string,
  dimensions: MetricDimensions,
  nowMs: number,
  value: number,
): MetricPoint => ({
  ...of(namespace, metric, dimensions, nowMs),
  sum: value,
  count: 1,
  minimum: value,
  maximum: value,
});

/** Returns the point of many values, in the second that holds `nowMs`; none where there are no values. */
export const pointOfValues = (
  namespace: string,
  metric: string,
  dimensions: MetricDimensions,
  nowMs: number,
  values: MetricValues,
): MetricPoint | undefined => {
  const counted = values.filter(([value, count]) => Number.isFinite(value) && count > 0);
  if (counted.length === 0) return undefined;
  return {
    ...of(namespace, metric, dimensions, nowMs),
    sum: counted.reduce((total, [value, count]) => total + value * count, 0),
    count: counted.reduce((total, [, count]) => total + count, 0),
    minimum: counted.reduce((least, [value]) => Math.min(least, value), Number.POSITIVE_INFINITY),
    maximum: counted.reduce((most, [value]) => Math.max(most, value), Number.NEGATIVE_INFINITY),
    values: compact(counted),
  };
};

/** Returns two points of the same metric as one, at the time of the first. */
export const mergePoints = (first: MetricPoint, second: MetricPoint): MetricPoint => {
  const values = [valuesOf(first), valuesOf(second)];
  return {
    ...first,
    sum: first.sum + second.sum,
    count: first.count + second.count,
    minimum: Math.min(first.minimum, second.minimum),
    maximum: Math.max(first.maximum, second.maximum),
    values: values.every((some) => some !== undefined) ? compact(values.flat()) : undefined,
  };
};

/** Returns what a point's percentiles are made of, if that is known. */
export const valuesOf = ({ values, minimum, maximum, count }: MetricPoint): MetricValues | undefined =>
  values ?? (minimum === maximum ? [[minimum, count]] : undefined);

const of = (
  namespace: string,
  metric: string,
  dimensions: MetricDimensions,
  nowMs: number,
): Pick<MetricPoint, "namespace" | "metric" | "dimensions" | "atMs"> => ({
  namespace,
  metric,
  dimensions,
  atMs: Math.floor(nowMs / 1_000) * 1_000,
});

const compact = (values: MetricValues): MetricValues => {
  const counts = countEach(values, (value) => value);
  return counts.length <= EXACT_VALUES ? counts : countEach(counts, rounded);
};

const countEach = (values: MetricValues, as: (value: number) => number): MetricValues => {
  const counts = new Map<number, number>();
  for (const [value, count] of values) {
    const key = as(value);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return [...counts];
};

const rounded = (value: number): number => {
  if (value === 0) return 0;
  const step = Math.round(Math.log(Math.abs(value)) / ROUNDED_STEP);
  return Math.sign(value) * Math.exp(step * ROUNDED_STEP);
};
