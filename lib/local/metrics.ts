import { type MetricDimensions, type MetricPoint, mergePoints } from "./metric-point.ts";
import { type Statistic, statisticOf } from "./metric-statistics.ts";

/** What tells one metric from another. */
export type MetricId = { readonly namespace: string; readonly metric: string; readonly dimensions: MetricDimensions };

export type MetricQuery = MetricId & {
  readonly statistic: Statistic;
  readonly periodSeconds: number;
  readonly startMs: number;
  readonly endMs: number;
  /** A moment at which a period begins. @default - periods are aligned to the clock, as CloudWatch aligns them */
  readonly originMs?: number;
};

/** A value for each period that has data, oldest first. */
export type MetricSeries = readonly { readonly atMs: number; readonly value: number }[];

type Kept = { readonly id: MetricId; readonly seconds: MetricPoint[]; readonly minutes: MetricPoint[] };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The metrics of a run: points of one second, kept for a while, and then of one minute, kept for a day. */
export class MetricStore {
  readonly #keptMs: number;
  readonly #kept = new Map<string, Kept>();

  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      const key = keyOf(point);
      const { namespace, metric, dimensions } = point;
      const kept = this.#kept.get(key) ?? { id: { namespace, metric, dimensions }, seconds: [], minutes: [] };
      this.#kept.set(key, kept);
      insert(kept.seconds, point);
      this.#age(kept);
    }
  }

  /** Returns the periods from `startMs` on that begin before `endMs`. */
  query(query: MetricQuery): MetricSeries {
    const periodMs = query.periodSeconds * 1_000;
    const originMs = query.originMs ?? 0;
    const periodAt = (atMs: number): number => Math.floor((atMs - originMs) / periodMs) * periodMs + originMs;
    const firstMs = periodAt(query.startMs);
    const { seconds = [], minutes = [] } = this.#kept.get(keyOf(query)) ?? {};
    const asked = [...minutes, ...seconds].filter(({ atMs }) => atMs >= firstMs && atMs < query.endMs);
    return [...Map.groupBy(asked, ({ atMs }) => periodAt(atMs))].flatMap(([atMs, points]) => {
      const value = statisticOf(query.statistic, points);
      return value === undefined ? [] : [{ atMs, value }];
    });
  }

  /** Returns every metric that has data. */
  list(): readonly MetricId[] {
    return [...this.#kept.values()].map(({ id }) => id);
  }

  #age({ seconds, minutes }: Kept): void {
    const newestMs = seconds.at(-1)?.atMs ?? 0;
    // Whole minutes only, so that none is in part in both.
    const oldestMs = Math.floor((newestMs - this.#keptMs) / MINUTE_MS) * MINUTE_MS;
    if ((seconds[0]?.atMs ?? oldestMs) >= oldestMs) return;
    const firstKept = seconds.findIndex(({ atMs }) => atMs >= oldestMs);
    for (const point of seconds.splice(0, firstKept)) {
      insert(minutes, { ...point, atMs: Math.floor(point.atMs / MINUTE_MS) * MINUTE_MS });
    }
    const firstOfDay = minutes.findIndex(({ atMs }) => atMs > newestMs - DAY_MS);
    minutes.splice(0, firstOfDay < 0 ? minutes.length : firstOfDay);
  }
}

/** Puts a point at its place in time; most come last. */
const insert = (points: MetricPoint[], point: MetricPoint): void => {
  const before = points.findLastIndex(({ atMs }) => atMs <= point.atMs);
  const same = points[before];
  if (same !== undefined && same.atMs === point.atMs) points[before] = mergePoints(same, point);
  else points.splice(before + 1, 0, point);
};

const keyOf = ({ namespace, metric, dimensions }: MetricId): string =>
  JSON.stringify([namespace, metric, Object.entries(dimensions).sort()]);
