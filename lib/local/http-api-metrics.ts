import { type MetricDimensions, type MetricPoint, type MetricValues, pointOfValues } from "./metric-point.ts";

/** How a request was answered. */
export type RequestMeasure = {
  readonly status: number;
  readonly latencyMs: number;
  /** How long the function took; undefined where it was not asked. */
  readonly integrationMs: number | undefined;
};

/**
 * What CloudWatch shows of an HTTP API, gathered second by second; nothing where there are no requests.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 */
export class HttpApiMetrics {
  readonly #apiId: string;
  readonly #requests: RequestMeasure[] = [];

  constructor(apiId: string) {
    this.#apiId = apiId;
  }

  answered(request: RequestMeasure): void {
    this.#requests.push(request);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    const requests = this.#requests.splice(0);
    const values: Readonly<Record<string, MetricValues>> = {
      Count: requests.map(() => [1, 1]),
      "4xx": requests.map(({ status }) => [Number(status >= 400 && status < 500), 1]),
      "5xx": requests.map(({ status }) => [Number(status >= 500), 1]),
      Latency: requests.map(({ latencyMs }) => [latencyMs, 1]),
      IntegrationLatency: requests.flatMap(({ integrationMs }) =>
        integrationMs === undefined ? [] : [[integrationMs, 1] as const],
      ),
    };
    const places: readonly MetricDimensions[] = [{ ApiId: this.#apiId }, { ApiId: this.#apiId, Stage: "$default" }];
    return places.flatMap((dimensions) =>
      Object.entries(values).flatMap(
        ([metric, counted]) => pointOfValues("AWS/ApiGateway", metric, dimensions, nowMs, counted) ?? [],
      ),
    );
  }
}
