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
): Series => evaluateQueries(store, queries, range)(id);

/** As {@link evaluateQuery}, for the ids of many: what several are made of is worked out once. */
export const evaluateQueries = (
  store: MetricStore,
  queries: readonly MetricDataQuery[],
  range: MetricDataRange,
): ((id: string) => Series) => {
  const periodSeconds = periodsInSeconds(queries);
  const seriesOf: (id: string) => Series = onceById<Series>(queries, new Map(), (query) => {
    if (query.kind === "metric") {
      const { metric, statistic } = query;
      const series = store.query({ ...metric, statistic, periodSeconds: query.periodSeconds, ...range });
      return new Map(series.map(({ atMs, value }) => [atMs, value]));
    }
    const periodMs = periodSeconds(query.id) * 1_000;
    return evaluateMath(query.expression, { seriesOf, periods: periodsOf(range, periodMs), periodMs });
  });
  return seriesOf;
};

/** Returns a query's period: of an expression, the longest of what it is made of. */
export const periodSecondsOf = (queries: readonly MetricDataQuery[], id: string): number =>
  periodsInSeconds(queries)(id);

/** Returns how many values all expressions together have at most, in a range of time. */
export const countMathValues = (queries: readonly MetricDataQuery[], { startMs, endMs }: MetricDataRange): number => {
  const periodSeconds = periodsInSeconds(queries);
  const expressions = queries.filter(({ kind }) => kind === "math");
  return expressions.reduce((count, { id }) => count + Math.ceil((endMs - startMs) / (periodSeconds(id) * 1_000)), 0);
};

const periodsInSeconds = (queries: readonly MetricDataQuery[]): ((id: string) => number) => {
  const periodOf: (id: string) => number = onceById(queries, 0, (query) => {
    if (query.kind === "metric") return query.periodSeconds;
    return Math.max(query.periodSeconds ?? 0, ...idsIn(query.expression).map(periodOf)) || 60;
  });
  return periodOf;
};

/** Works something out for each query once, for two may share what they are made of, and so may those, and so on. */
const onceById = <Value>(
  queries: readonly MetricDataQuery[],
  ofNone: Value,
  work: (query: MetricDataQuery) => Value,
): ((id: string) => Value) => {
  const byId = new Map(queries.map((query) => [query.id, query]));
  const known = new Map<string, Value>();
  return (id) => {
    const query = byId.get(id);
    if (query === undefined) return ofNone;
    const value = known.get(id) ?? work(query);
    known.set(id, value);
    return value;
  };
};

const periodsOf = ({ startMs, endMs, originMs = 0 }: MetricDataRange, periodMs: number): readonly number[] => {
  const firstMs = Math.floor((startMs - originMs) / periodMs) * periodMs + originMs;
  return Array.from(
    { length: Math.max(0, Math.ceil((endMs - firstMs) / periodMs)) },
    (_, place) => firstMs + place * periodMs,
  );
};

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
const MOST_CHARACTERS = 2_048;

const wrongPeriod = (id: string, period: Json | undefined): string =>
  `query ${id} must have a Period of at least 1 second, got ${period}`;

const readQuery = (entry: JsonObject): MetricDataQuery | string => {
  const { Id, Label, Expression, MetricStat, ReturnData } = entry;
  if (typeof Id !== "string" || !/^[a-z]\w*$/.test(Id)) return `query ${Id} must have an Id that begins in lower case`;
  const isReturned = ReturnData !== false && ReturnData !== "false";
  if (typeof Expression === "string") {
    if (Expression.length > MOST_CHARACTERS)
      return `query ${Id}: the expression must have ${MOST_CHARACTERS} characters at most`;
    const parsed = parseMath(Expression);
    if (parsed.kind === "refused") return `query ${Id}: the expression ${parsed.problem}`;
    if (entry.Period !== undefined && !(Number(entry.Period) >= 1)) return wrongPeriod(Id, entry.Period);
    const periodSeconds = entry.Period === undefined ? undefined : Number(entry.Period);
    const label = typeof Label === "string" ? Label : Id;
    return { id: Id, label, isReturned, kind: "math", expression: parsed.value, periodSeconds };
  }
  const { Metric, Period, Stat } = isJsonObject(MetricStat) ? MetricStat : {};
  if (!isJsonObject(Metric)) return `query ${Id} must have a MetricStat or an Expression`;
  if (typeof Stat !== "string" || !isStatistic(Stat))
    return `query ${Id} must ask for ${STATISTICS_IN_WORDS}, got ${Stat}`;
  if (!(Number(Period) >= 1)) return wrongPeriod(Id, Period);
  const metric = readMetricId(Metric);
  const label = typeof Label === "string" ? Label : metric.metric;
  return { id: Id, label, isReturned, kind: "metric", metric, statistic: Stat, periodSeconds: Number(Period) };
};

const problemOf = (queries: readonly MetricDataQuery[]): string | undefined => {
  const ids = queries.map(({ id }) => id);
  const twice = ids.find((id, place) => ids.indexOf(id) !== place);
  if (twice !== undefined) return `query ${twice} must have an Id of its own`;
  const known = new Set(ids);
  const isCircular = circleFinder(queries);
  for (const query of queries) {
    if (query.kind === "metric") continue;
    const unknown = idsIn(query.expression).find((id) => !known.has(id));
    if (unknown !== undefined) return `query ${query.id} must be made of queries that there are, got ${unknown}`;
    if (isCircular(query.id)) return `query ${query.id} must not be made of itself`;
  }
  return undefined;
};

/** Tells whether a query is made of itself; what was found not to be is not looked at again. */
const circleFinder = (queries: readonly MetricDataQuery[]): ((id: string) => boolean) => {
  const path = new Set<string>();
  const isCircular: (id: string) => boolean = onceById(queries, false, (query) => {
    if (query.kind === "metric") return false;
    path.add(query.id);
    const found = idsIn(query.expression).some((id) => path.has(id) || isCircular(id));
    path.delete(query.id);
    return found;
  });
  return isCircular;
};
