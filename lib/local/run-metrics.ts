import { EmbeddedMetrics } from "./embedded-metrics.ts";
import type { LocalEventBody, LocalLog } from "./events.ts";
import { HttpApiMetrics, type RequestMeasure } from "./http-api-metrics.ts";
import { FunctionMetrics } from "./lambda/function-metrics.ts";
import type { MetricPoint } from "./metric-point.ts";

/** What is measured where functions run and requests are answered, gathered until somebody takes it. */
export class RunMetrics {
  readonly #account = new FunctionMetrics(undefined);
  readonly #functions: ReadonlyMap<string, FunctionMetrics>;
  readonly #httpApi: HttpApiMetrics | undefined;
  readonly #embedded: EmbeddedMetrics;

  /** @param apiId none where the app has no route */
  constructor(functionNames: readonly string[], apiId: string | undefined, onEvent: (event: LocalEventBody) => void) {
    this.#functions = new Map(functionNames.map((name) => [name, new FunctionMetrics(name, this.#account)]));
    this.#httpApi = apiId === undefined ? undefined : new HttpApiMetrics(apiId);
    this.#embedded = new EmbeddedMetrics(onEvent);
  }

  functionOf(name: string): FunctionMetrics | undefined {
    return this.#functions.get(name);
  }

  answered(request: RequestMeasure): void {
    this.#httpApi?.answered(request);
  }

  /** Takes the metrics that a line carries, if it carries some. */
  hear(line: LocalLog, nowMs: number): void {
    this.#embedded.read(line, nowMs);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    return [
      ...[...this.#functions.values(), this.#account].flatMap((metrics) => metrics.take(nowMs)),
      ...(this.#httpApi?.take(nowMs) ?? []),
      ...this.#embedded.take(),
    ];
  }
}
