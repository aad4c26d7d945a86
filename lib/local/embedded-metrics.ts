import { readEmbeddedMetrics } from "./emf.ts";
import type { LocalEventBody, LocalLog } from "./events.ts";
import type { MetricPoint } from "./metric-point.ts";

/** The metrics that functions print, gathered until somebody takes them. */
export class EmbeddedMetrics {
  readonly #onEvent: (event: LocalEventBody) => void;
  readonly #points: MetricPoint[] = [];
  readonly #told = new Set<string>();

  constructor(onEvent: (event: LocalEventBody) => void) {
    this.#onEvent = onEvent;
  }

  read({ functionName, text }: LocalLog, nowMs: number): void {
    const found = readEmbeddedMetrics(text, nowMs);
    if (found === undefined) return;
    this.#points.push(...found.points);
    for (const reason of found.problems) {
      const key = JSON.stringify([functionName, reason]);
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.#onEvent({ kind: "metrics-ignored", functionName, reason });
    }
  }

  /** Returns what was read since the last call. */
  take(): readonly MetricPoint[] {
    return this.#points.splice(0);
  }
}
