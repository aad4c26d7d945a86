import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { type MetricPoint, type MetricValues, pointOfValues } from "./metric-point.ts";

/** What a line holds for CloudWatch, and what of it CloudWatch would ignore. */
export type EmbeddedPoints = { readonly points: readonly MetricPoint[]; readonly problems: readonly string[] };

const MOST_DIMENSIONS = 30;
const MOST_METRICS = 100;
const MOST_VALUES = 100;
/** How far from now a metric may be. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const OLDEST_MS = 14 * 86_400_000;
const NEWEST_MS = 2 * 3_600_000;

/**
 * Reads the metrics that a log line carries in CloudWatch's embedded metric format; none of a line in any other form.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const readEmbeddedMetrics = (line: string, nowMs: number): EmbeddedPoints | undefined => {
  // Most lines are others: they are not parsed.
  if (!line.includes('"_aws"') || !line.includes('"CloudWatchMetrics"')) return undefined;
  const root = parse(line);
  const { _aws: metadata } = root ?? {};
  if (root === undefined || !isJsonObject(metadata)) return undefined;
  const { CloudWatchMetrics: directives, Timestamp: timestamp } = metadata;
  if (!Array.isArray(directives)) return refused("_aws.CloudWatchMetrics must be a list");
  if (typeof timestamp !== "number") return refused("_aws.Timestamp must be a number of milliseconds");
  if (timestamp < nowMs - OLDEST_MS || timestamp > nowMs + NEWEST_MS) {
    return refused("_aws.Timestamp must be within the last 14 days, or the next 2 hours");
  }
  const read = directives.map((directive) => readDirective(directive, root, timestamp));
  return { points: read.flatMap(({ points }) => points), problems: read.flatMap(({ problems }) => problems) };
};

const parse = (line: string): JsonObject | undefined => {
  try {
    const root: unknown = JSON.parse(line);
    return isJsonObject(root) ? root : undefined;
  } catch {
    return undefined;
  }
};

const readDirective = (directive: Json, root: JsonObject, atMs: number): EmbeddedPoints => {
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = isJsonObject(directive) ? directive : {};
  if (typeof namespace !== "string" || namespace === "") return refused("Namespace must be a text");
  if (!Array.isArray(metrics)) return refused("Metrics must be a list");
  if (metrics.length > MOST_METRICS) return refused(`Metrics must be at most ${MOST_METRICS}`);
  if (!Array.isArray(sets)) return refused("Dimensions must be a list of lists");
  const dimensions = sets.map((set) => dimensionsOf(set, root));
  const wrong = dimensions.find((set) => typeof set === "string");
  if (wrong !== undefined) return refused(wrong);
  const read = metrics.map((metric) => readMetric(metric, root));
  return {
    points: read.flatMap((one) => {
      if (typeof one === "string") return [];
      return dimensions.flatMap((set) =>
        typeof set === "string" ? [] : (pointOfValues(namespace, one.name, set, atMs, one.values) ?? []),
      );
    }),
    problems: read.filter((one) => typeof one === "string"),
  };
};

const dimensionsOf = (set: Json, root: JsonObject): Readonly<Record<string, string>> | string => {
  if (!Array.isArray(set) || set.length > MOST_DIMENSIONS) {
    return `Dimensions must be lists of at most ${MOST_DIMENSIONS} names`;
  }
  const names = set.filter((name: Json) => typeof name === "string");
  if (names.length < set.length) return "Dimensions must be lists of names";
  const entries = names.map((name) => [name, root[name]] as const);
  const wrong = entries.find(([, value]) => typeof value !== "string" || value === "");
  if (wrong !== undefined) return `dimension ${wrong[0]} must be a text`;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
};

const readMetric = (
  metric: Json,
  root: JsonObject,
): { readonly name: string; readonly values: MetricValues } | string => {
  const { Name: name } = isJsonObject(metric) ? metric : {};
  if (typeof name !== "string" || name === "") return "a metric must have a Name";
  const target = root[name];
  const values = Array.isArray(target) ? target : [target];
  if (values.length > MOST_VALUES || !values.every((value) => typeof value === "number")) {
    return `metric ${name} must be a number, or a list of at most ${MOST_VALUES}`;
  }
  return { name, values: values.map((value) => [value, 1] as const) };
};

const refused = (problem: string): EmbeddedPoints => ({ points: [], problems: [problem] });
