import { type MetricPoint, pointOf } from "../metrics.ts";

const COUNTED = ["Invocations", "Errors", "Throttles"] as const;

/** What CloudWatch shows of a function, gathered second by second. */
export class FunctionMetrics {
  readonly #functionName: string;
  readonly #counts: Record<(typeof COUNTED)[number], number> = { Invocations: 0, Errors: 0, Throttles: 0 };
  #running = 0;
  #mostRunning = 0;

  constructor(functionName: string) {
    this.#functionName = functionName;
  }

  count(metric: (typeof COUNTED)[number], more: number): void {
    this.#counts[metric] += more;
  }

  setRunning(running: number): void {
    this.#running = running;
    this.#mostRunning = Math.max(this.#mostRunning, running);
  }

  /** Returns what happened since the last call, as of the second that holds `nowMs`. */
  take(nowMs: number): readonly MetricPoint[] {
    const dimensions = { FunctionName: this.#functionName };
    const points = [
      pointOf("AWS/Lambda", "ConcurrentExecutions", dimensions, nowMs, this.#mostRunning),
      ...COUNTED.map((metric) => pointOf("AWS/Lambda", metric, dimensions, nowMs, this.#counts[metric])),
    ];
    for (const metric of COUNTED) this.#counts[metric] = 0;
    this.#mostRunning = this.#running;
    return points;
  }
}
