/** What was measured in one second. */
export type MetricPoint = {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Start of the second, in milliseconds since 1970. */
  readonly atMs: number;
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
};

/** Returns the point of a single value, in the second that holds `nowMs`. */
export const pointOf = (
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
  nowMs: number,
  value: number,
): MetricPoint => {
  const atMs = Math.floor(nowMs / 1_000) * 1_000;
  return { namespace, metric, dimensions, atMs, sum: value, count: 1, minimum: value, maximum: value };
};

const STATISTICS = {
  Sum: (points: readonly MetricPoint[]) => points.reduce((total, { sum }) => total + sum, 0),
  SampleCount: (points: readonly MetricPoint[]) => points.reduce((total, { count }) => total + count, 0),
  Minimum: (points: readonly MetricPoint[]) => Math.min(...points.map(({ minimum }) => minimum)),
  Maximum: (points: readonly MetricPoint[]) => Math.max(...points.map(({ maximum }) => maximum)),
  Average: (points: readonly MetricPoint[]) => STATISTICS.Sum(points) / STATISTICS.SampleCount(points),
} as const;

export type Statistic = keyof typeof STATISTICS;

export const isStatistic = (name: string): name is Statistic => name in STATISTICS;

export type MetricQuery = {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly startMs: number;
  readonly endMs: number;
};

/** A value for each period that has data, oldest first. */
export type MetricSeries = readonly { readonly atMs: number; readonly value: number }[];

/** The metrics of a run: points of one second, kept for a while. */
export class MetricStore {
  readonly #keptMs: number;
  readonly #series = new Map<string, MetricPoint[]>();

  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      const key = keyOf(point);
      const series = this.#series.get(key) ?? [];
      series.push(point);
      const firstKept = series.findIndex(({ atMs }) => atMs > point.atMs - this.#keptMs);
      if (firstKept > 0) series.splice(0, firstKept);
      this.#series.set(key, series);
    }
  }

  /** Returns the periods from `startMs` on that begin before `endMs`; periods are aligned to the clock, as CloudWatch aligns them. */
  query(query: MetricQuery): MetricSeries {
    const periodMs = query.periodSeconds * 1_000;
    const periods = new Map<number, MetricPoint[]>();
    const firstMs = Math.floor(query.startMs / periodMs) * periodMs;
    for (const point of this.#series.get(keyOf(query)) ?? []) {
      if (point.atMs < firstMs || point.atMs >= query.endMs) continue;
      const atMs = Math.floor(point.atMs / periodMs) * periodMs;
      const period = periods.get(atMs) ?? [];
      period.push(point);
      periods.set(atMs, period);
    }
    return [...periods].map(([atMs, points]) => ({ atMs, value: STATISTICS[query.statistic](points) }));
  }
}

const keyOf = ({ namespace, metric, dimensions }: Pick<MetricPoint, "namespace" | "metric" | "dimensions">): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort()]);
