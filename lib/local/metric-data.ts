import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { evaluateMath, type Series } from "./metric-math.ts";
import { idsIn, type MathExpression, parseMath } from "./metric-math-parser.ts";
import { isStatistic, STATISTICS_IN_WORDS, type Statistic } from "./metric-statistics.ts";
import type { MetricId, MetricStore } from "./metrics.ts";

/** One of CloudWatch's `MetricDataQueries`: a metric, or an expression over others. */
export type MetricDataQuery = {
  readonly id: string;
  readonly label: string;
  readonly isReturned: boolean;
} & (
  | {
      readonly kind: "metric";
      readonly metric: MetricId;
      readonly statistic: Statistic;
      readonly periodSeconds: number;
    }
  | { readonly kind: "math"; readonly expression: MathExpression; readonly periodSeconds: number | undefined }
);

/** The queries, or what is wrong with them. */
export type ReadQueries =
  | { readonly kind: "read"; readonly queries: readonly MetricDataQuery[] }
  | { readonly kind: "refused"; readonly problem: string };

export type MetricDataRange = {
  readonly startMs: number;
  readonly endMs: number;
  /** See `MetricQuery`. */
  readonly originMs?: number;
};

/** Reads `MetricDataQueries`, as they stand in a request or in an alarm's `Metrics`. */
export const readMetricDataQueries = (list: Json | undefined): ReadQueries => {
  const entries = Array.isArray(list) ? list.filter(isJsonObject) : [];
  const queries = entries.map(readQuery);
  const wrong = queries.find((query) => typeof query === "string");
  if (wrong !== undefined) return { kind: "refused", problem: wrong };
  const read = queries.filter((query) => typeof query !== "string");
  const problem = problemOf(read);
  return problem === undefined ? { kind: "read", queries: read } : { kind: "refused", problem };
};

/** Reads the place of a metric: its namespace, name and dimensions. */
export const readMetricId = ({ Namespace, MetricName, Dimensions }: JsonObject): MetricId => ({
  namespace: String(Namespace),
  metric: String(MetricName),
  dimensions: Object.fromEntries(
    (Array.isArray(Dimensions) ? Dimensions : [])
      .filter(isJsonObject)
      .map(({ Name, Value }) => [String(Name), String(Value)] as const),
  ),
});

/** Works out the query of an id, and what it is made of. @returns values by the start of their period, oldest first */
export const evaluateQuery = (
  store: MetricStore,
  queries: readonly MetricDataQuery[],
  id: string,
  range: MetricDataRange,
): Series => {
  const query = queries.find((one) => one.id === id);
  if (query === undefined) return new Map();
  if (query.kind === "metric") {
    const { metric, statistic, periodSeconds } = query;
    const series = store.query({ ...metric, statistic, periodSeconds, ...range });
    return new Map(series.map(({ atMs, value }) => [atMs, value]));
  }
  const periodMs = periodSecondsOf(queries, id) * 1_000;
  return evaluateMath(query.expression, {
    seriesOf: (other) => evaluateQuery(store, queries, other, range),
    periods: periodsOf(range, periodMs),
    periodMs,
  });
};

/** Returns a query's period: of an expression, the longest of what it is made of. */
export const periodSecondsOf = (queries: readonly MetricDataQuery[], id: string): number => {
  const query = queries.find((one) => one.id === id);
  if (query === undefined) return 0;
  if (query.kind === "metric") return query.periodSeconds;
  const own = idsIn(query.expression).map((other) => periodSecondsOf(queries, other));
  return Math.max(query.periodSeconds ?? 0, ...own) || 60;
};

const periodsOf = ({ startMs, endMs, originMs = 0 }: MetricDataRange, periodMs: number): readonly number[] => {
  const firstMs = Math.floor((startMs - originMs) / periodMs) * periodMs + originMs;
  return Array.from(
    { length: Math.max(0, Math.ceil((endMs - firstMs) / periodMs)) },
    (_, place) => firstMs + place * periodMs,
  );
};

const readQuery = (entry: JsonObject): MetricDataQuery | string => {
  const { Id, Label, Expression, MetricStat, ReturnData } = entry;
  if (typeof Id !== "string" || !/^[a-z]\w*$/.test(Id)) return `query ${Id} must have an Id that begins in lower case`;
  const isReturned = ReturnData !== false && ReturnData !== "false";
  if (typeof Expression === "string") {
    const parsed = parseMath(Expression);
    if (parsed.kind === "refused") return `query ${Id}: the expression ${parsed.problem}`;
    const periodSeconds = entry.Period === undefined ? undefined : Number(entry.Period);
    const label = typeof Label === "string" ? Label : Id;
    return { id: Id, label, isReturned, kind: "math", expression: parsed.value, periodSeconds };
  }
  const { Metric, Period, Stat } = isJsonObject(MetricStat) ? MetricStat : {};
  if (!isJsonObject(Metric)) return `query ${Id} must have a MetricStat or an Expression`;
  if (typeof Stat !== "string" || !isStatistic(Stat))
    return `query ${Id} must ask for ${STATISTICS_IN_WORDS}, got ${Stat}`;
  if (!(Number(Period) >= 1)) return `query ${Id} must have a Period of at least 1 second, got ${Period}`;
  const metric = readMetricId(Metric);
  const label = typeof Label === "string" ? Label : metric.metric;
  return { id: Id, label, isReturned, kind: "metric", metric, statistic: Stat, periodSeconds: Number(Period) };
};

const problemOf = (queries: readonly MetricDataQuery[]): string | undefined => {
  const ids = queries.map(({ id }) => id);
  const twice = ids.find((id, place) => ids.indexOf(id) !== place);
  if (twice !== undefined) return `query ${twice} must have an Id of its own`;
  for (const query of queries) {
    if (query.kind === "metric") continue;
    const unknown = idsIn(query.expression).find((id) => !ids.includes(id));
    if (unknown !== undefined) return `query ${query.id} must be made of queries that there are, got ${unknown}`;
    if (isCircular(queries, query.id, [])) return `query ${query.id} must not be made of itself`;
  }
  return undefined;
};

const isCircular = (queries: readonly MetricDataQuery[], id: string, path: readonly string[]): boolean => {
  if (path.includes(id)) return true;
  const query = queries.find((one) => one.id === id);
  if (query?.kind !== "math") return false;
  return idsIn(query.expression).some((other) => isCircular(queries, other, [...path, id]));
};
