import { type MetricDimensions, type MetricPoint, type MetricValues, pointOf, pointOfValues } from "../metric-point.ts";

const NAMESPACE = "AWS/Lambda";

/** What an invocation came to. */
export type InvocationMeasure = { readonly durationMs: number; readonly isError: boolean };

/**
 * What CloudWatch shows of a function, gathered second by second.
 *
 * As on AWS there is nothing of invocations where there are none, and `Errors` of each that there is, 0 or 1.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class FunctionMetrics {
  readonly #dimensions: MetricDimensions;
  readonly #account: FunctionMetrics | undefined;
  readonly #durationsMs: number[] = [];
  #errors = 0;
  #throttles = 0;
  #running = 0;
  #mostRunning = 0;

  /** @param account what is counted over all functions together, which CloudWatch shows without dimensions */
  constructor(functionName: string | undefined, account?: FunctionMetrics) {
    this.#dimensions = functionName === undefined ? {} : { FunctionName: functionName };
    this.#account = account;
  }

  invoked(measure: InvocationMeasure): void {
    this.#durationsMs.push(measure.durationMs);
    if (measure.isError) this.#errors += 1;
    this.#account?.invoked(measure);
  }

  throttled(): void {
    this.#throttles += 1;
    this.#account?.throttled();
  }

  setRunning(running: number): void {
    this.#account?.setRunning(this.#account.#running + running - this.#running);
    this.#running = running;
    this.#mostRunning = Math.max(this.#mostRunning, running);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    const durations = this.#durationsMs.splice(0);
    const values: Readonly<Record<string, MetricValues>> = {
      Invocations: [[1, durations.length]],
      Errors: [
        [1, this.#errors],
        [0, durations.length - this.#errors],
      ],
      Throttles: [
        [1, this.#throttles],
        [0, durations.length],
      ],
      Duration: durations.map((durationMs) => [durationMs, 1]),
    };
    const points = Object.entries(values).flatMap(
      ([metric, counted]) => pointOfValues(NAMESPACE, metric, this.#dimensions, nowMs, counted) ?? [],
    );
    const running = pointOf(NAMESPACE, "ConcurrentExecutions", this.#dimensions, nowMs, this.#mostRunning);
    this.#errors = 0;
    this.#throttles = 0;
    this.#mostRunning = this.#running;
    return [running, ...points];
  }
}
