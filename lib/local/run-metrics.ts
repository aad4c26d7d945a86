import { ApiMetrics, type MeasuredApi, type RequestMeasure } from "./api-metrics.ts";
import { EmbeddedMetrics } from "./embedded-metrics.ts";
import type { LocalEventBody, LocalLog } from "./events.ts";
import { FunctionMetrics } from "./lambda/function-metrics.ts";
import type { MetricPoint } from "./metric-point.ts";

/** What is measured where functions run and requests are answered, gathered until somebody takes it. */
export class RunMetrics {
  readonly #account = new FunctionMetrics(undefined);
  readonly #functions: ReadonlyMap<string, FunctionMetrics>;
  readonly #api: ApiMetrics | undefined;
  readonly #embedded: EmbeddedMetrics;

  /** @param api none where the app has none */
  constructor(
    functionNames: readonly string[],
    api: MeasuredApi | undefined,
    onEvent: (event: LocalEventBody) => void,
  ) {
    this.#functions = new Map(functionNames.map((name) => [name, new FunctionMetrics(name, this.#account)]));
    this.#api = api === undefined ? undefined : new ApiMetrics(api);
    this.#embedded = new EmbeddedMetrics(onEvent);
  }

  functionOf(name: string): FunctionMetrics | undefined {
    return this.#functions.get(name);
  }

  answered(request: RequestMeasure): void {
    this.#api?.answered(request);
  }

  /** Takes the metrics that a line carries, if it carries some. */
  hear(line: LocalLog, nowMs: number): void {
    this.#embedded.read(line, nowMs);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    return [
      ...[...this.#functions.values(), this.#account].flatMap((metrics) => metrics.take(nowMs)),
      ...(this.#api?.take(nowMs) ?? []),
      ...this.#embedded.take(),
    ];
  }
}
