import { type MetricDimensions, type MetricPoint, type MetricValues, pointOfValues } from "./metric-point.ts";

/** How a request was answered. */
export type RequestMeasure = {
  readonly status: number;
  readonly latencyMs: number;
  /** How long the function took; undefined where it was not asked. */
  readonly integrationMs: number | undefined;
};

/** Where CloudWatch has the metrics of an API, and what it calls those of failures. */
export type MeasuredApi = {
  readonly places: readonly MetricDimensions[];
  readonly clientErrors: string;
  readonly serverErrors: string;
};

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export const measuredHttpApi = (apiId: string): MeasuredApi => ({
  places: [{ ApiId: apiId }, { ApiId: apiId, Stage: "$default" }],
  clientErrors: "4xx",
  serverErrors: "5xx",
});

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
export const measuredRestApi = (name: string, stage: string): MeasuredApi => ({
  places: [{ ApiName: name }, { ApiName: name, Stage: stage }],
  clientErrors: "4XXError",
  serverErrors: "5XXError",
});

/** What CloudWatch shows of an API, gathered second by second; nothing where there are no requests. */
export class ApiMetrics {
  readonly #api: MeasuredApi;
  readonly #requests: RequestMeasure[] = [];

  constructor(api: MeasuredApi) {
    this.#api = api;
  }

  answered(request: RequestMeasure): void {
    this.#requests.push(request);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    const { places, clientErrors, serverErrors } = this.#api;
    const requests = this.#requests.splice(0);
    const values: Readonly<Record<string, MetricValues>> = {
      Count: requests.map(() => [1, 1]),
      [clientErrors]: requests.map(({ status }) => [Number(status >= 400 && status < 500), 1]),
      [serverErrors]: requests.map(({ status }) => [Number(status >= 500), 1]),
      Latency: requests.map(({ latencyMs }) => [latencyMs, 1]),
      IntegrationLatency: requests.flatMap(({ integrationMs }) =>
        integrationMs === undefined ? [] : [[integrationMs, 1] as const],
      ),
    };
    return places.flatMap((dimensions) =>
      Object.entries(values).flatMap(
        ([metric, counted]) => pointOfValues("AWS/ApiGateway", metric, dimensions, nowMs, counted) ?? [],
      ),
    );
  }
}
