import type { LocalLog } from "../../local/server.ts";
import { loggedEvents } from "../logged-events.ts";

type Settlement = { readonly id: string; readonly status: string; readonly settled: string };

/** What the workers logged of the jobs they settled. */
export type Settlements = {
  readonly onLog: (line: LocalLog) => void;
  /** Final settlements (succeeded or dead) by job id; more than 1 would break the promise of one settled outcome. */
  readonly final: ReadonlyMap<string, number>;
};

/** Collects settlements from the functions' log lines. */
export const collectSettlements = (): Settlements => {
  const final = new Map<string, number>();
  const onLog = ({ text }: LocalLog): void => {
    for (const { id, status, settled } of loggedEvents<Settlement>(text, "job.settled")) {
      if (id === undefined || settled !== "settled" || status === "retrying") continue;
      final.set(id, (final.get(id) ?? 0) + 1);
    }
  };
  return { onLog, final };
};
