import type { LocalLog } from "../../local/server.ts";
import { loggedEvents } from "../logged-events.ts";

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
      for (const line of loggedEvents<Settled>(text, "job.settled")) settled(line);
      for (const line of loggedEvents<Changed>(text, "queue.changed")) changed(line);
    },
  };
  const settled = ({ id, status, settled: how }: Partial<Settled>): void => {
    attempts += 1;
    if (how === "settled" && status !== "retrying" && id !== undefined) {
      ended.set(id, { status: status ?? "", atMs: nowMs() });
    }
  };
  const changed = ({ queue = "", to, mode = "", reason = "" }: Partial<Changed>): void => {
    const [limit, isEnabled] = [to?.limit ?? undefined, to?.isEnabled ?? true];
    const change = { atMs: nowMs(), queue, limit, isEnabled, mode, reason };
    changes.push(change);
    log.onChange(change);
  };
  return log;
};

type Settled = { readonly id: string; readonly status: string; readonly settled: string };

type Changed = {
  readonly queue: string;
  readonly to: { readonly limit?: number | null; readonly isEnabled?: boolean };
  readonly mode: string;
  readonly reason: string;
};
