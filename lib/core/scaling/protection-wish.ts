import { isFailing } from "./breaker.ts";
import { hasRefusals } from "./pressure.ts";
import type { Look, ProtectionMemory, ProtectionWish } from "./protection-memory.ts";
import { LEAST_LIMIT } from "./queue-scaling.ts";

/** A new limit is watched for so long. */
const WATCHED_MS = 60_000;

/** Returns what a memory means for the queue. */
export const wishOf = (look: Look, { limiter, breaker }: ProtectionMemory, reason: string): ProtectionWish => {
  if (breaker?.phase === "paused") {
    return {
      mode: "paused",
      limit: breaker.before ?? look.bounds.ceiling,
      isEnabled: false,
      reason,
      wantsProbe: true,
      isPressed: true,
    };
  }
  if (breaker !== undefined) {
    return { mode: "probing", limit: LEAST_LIMIT, isEnabled: true, reason, wantsProbe: false, isPressed: true };
  }
  const isRefused = look.isPressed || hasRefusals(look.span.counts) || isFailing(look.span.counts);
  if (limiter === undefined) {
    return {
      mode: "open",
      limit: look.bounds.ceiling,
      isEnabled: true,
      reason,
      wantsProbe: false,
      isPressed: isRefused,
    };
  }
  const isWatched = limiter.isRising || look.nowMs - limiter.from.atMs < WATCHED_MS;
  return {
    mode: "limited",
    limit: limiter.limit,
    isEnabled: true,
    reason,
    wantsProbe: false,
    isPressed: isRefused || isWatched,
  };
};
