import type { LocalLog } from "../../local/server.ts";

/** One change that the scaler made. */
export type ScalerChange = {
  readonly atMs: number;
  readonly queue: string;
  readonly limit: number | undefined;
  readonly isEnabled: boolean;
  readonly mode: string;
  readonly reason: string;
};

/** What the functions logged, as far as a scenario is about it. */
export type ScenarioLog = {
  readonly onLog: (line: LocalLog) => void;
  readonly changes: readonly ScalerChange[];
  /** How each job ended, and after how many attempts that were charged. */
  readonly ended: ReadonlyMap<string, { readonly status: string; readonly atMs: number }>;
  /** Attempts that ended, of any outcome. */
  readonly attempts: () => number;
  /** Takes each change as it comes. */
  onChange: (change: ScalerChange) => void;
};

/** Collects the scaler's changes and the jobs' ends from the functions' log lines. @param nowMs since the scenario began */
export const scenarioLog = (nowMs: () => number): ScenarioLog => {
  const changes: ScalerChange[] = [];
  const ended = new Map<string, { readonly status: string; readonly atMs: number }>();
  let attempts = 0;
  const log: ScenarioLog = {
    changes,
    ended,
    attempts: () => attempts,
    onChange: () => undefined,
    onLog: ({ text }) => {
      for (const line of text.split("\n")) {
        if (line.includes('"job.settled"')) settled(lineOf(line));
        if (line.includes('"queue.changed"')) changed(lineOf(line));
      }
    },
  };
  const settled = ({ id, status, settled: how }: Line): void => {
    attempts += 1;
    if (how === "settled" && status !== "retrying" && id !== undefined) {
      ended.set(id, { status: status ?? "", atMs: nowMs() });
    }
  };
  const changed = ({ queue = "", to, mode = "", reason = "" }: Line): void => {
    const [limit, isEnabled] = [to?.limit ?? undefined, to?.isEnabled ?? true];
    const change = { atMs: nowMs(), queue, limit, isEnabled, mode, reason };
    changes.push(change);
    log.onChange(change);
  };
  return log;
};

type Line = {
  readonly id?: string;
  readonly status?: string;
  readonly settled?: string;
  readonly queue?: string;
  readonly to?: { readonly limit?: number | null; readonly isEnabled?: boolean };
  readonly mode?: string;
  readonly reason?: string;
};

const lineOf = (text: string): Line => {
  try {
    return JSON.parse(text.slice(text.indexOf("{"))) as Line;
  } catch {
    // A line that was cut tells nothing.
    return {};
  }
};
