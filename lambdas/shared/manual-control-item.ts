import { manualControlKey } from "../../lib/core/keys.ts";
import type { ManualControl } from "../../lib/core/scaling/queue-scaling.ts";
import type { Item } from "./record-item.ts";

const PREFIX = manualControlKey("");

/** Reads what is set by hand from the items of the scaler's partition, by job type. */
export const manualControlsOf = (items: readonly Item[]): Readonly<Record<string, ManualControl>> =>
  Object.fromEntries(
    items.flatMap((item) => {
      const key = item.sk?.S ?? "";
      const control = key.startsWith(PREFIX) ? manualControlOf(item) : undefined;
      return control === undefined ? [] : [[key.slice(PREFIX.length), control] as const];
    }),
  );

/** What was lifted leaves an item that says nothing. */
const manualControlOf = ({ kind, limit, sinceMs }: Item): ManualControl | undefined => {
  const since = { sinceMs: Number(sinceMs?.N ?? 0) };
  if (kind?.S === "pause") return { kind: "pause", ...since };
  return kind?.S === "limit" ? { kind: "limit", limit: Number(limit?.N), ...since } : undefined;
};
