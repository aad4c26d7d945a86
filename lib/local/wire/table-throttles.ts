import type { IncomingMessage, RequestListener } from "node:http";
import { isJsonObject, parseJson } from "../json.ts";
import { type MetricDimensions, type MetricPoint, pointOf } from "../metric-point.ts";

const PREFIX = "DynamoDB_20120810.";
const READS: readonly string[] = ["BatchGetItem", "GetItem", "Query", "Scan"];
const WRITES: readonly string[] = ["BatchWriteItem", "DeleteItem", "PutItem", "UpdateItem"];
const THROTTLES = /ProvisionedThroughputExceededException|ThrottlingException|RequestLimitExceeded/;

/**
 * Counts calls of DynamoDB that are answered by a refusal for want of capacity, as AWS's metrics of the table do.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export const countThrottles =
  (services: RequestListener, nowMs: () => number, add: (points: readonly MetricPoint[]) => void): RequestListener =>
  (request, response) => {
    const metric = metricOf(request);
    if (metric === undefined) return services(request, response);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    const end = response.end.bind(response);
    response.end = (...given: readonly unknown[]) => {
      const [answer] = given;
      if (response.statusCode === 400 && THROTTLES.test(String(answer))) {
        const places = placesIn(Buffer.concat(chunks));
        add(places.map((place) => pointOf("AWS/DynamoDB", metric, place, nowMs(), 1)));
      }
      return Reflect.apply(end, response, given);
    };
    services(request, response);
  };

const metricOf = ({ headers }: IncomingMessage): string | undefined => {
  const target = String(headers["x-amz-target"]);
  const operation = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : "";
  if (READS.includes(operation)) return "ReadThrottleEvents";
  return WRITES.includes(operation) ? "WriteThrottleEvents" : undefined;
};

/** Of a batch: each of its tables. An index counts for itself. */
const placesIn = (body: Buffer): readonly MetricDimensions[] => {
  const call = parseJson(body.toString());
  if (!isJsonObject(call)) return [];
  const { RequestItems, TableName, IndexName } = call;
  if (isJsonObject(RequestItems)) return Object.keys(RequestItems).map((name) => ({ TableName: name }));
  if (typeof TableName !== "string") return [];
  return [typeof IndexName === "string" ? { TableName, GlobalSecondaryIndexName: IndexName } : { TableName }];
};
