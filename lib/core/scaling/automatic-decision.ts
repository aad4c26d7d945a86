import type { AccountShare, QueueView } from "./account-shares.ts";
import { type Decided, settingsFor } from "./held-decision.ts";
import { sizePollers } from "./pollers.ts";
import { ceilingOf } from "./queue-bounds.ts";
import type { Easing, QueueMemory } from "./queue-memory.ts";
import { CLOSE_LOOK_MS, type QueueDecision } from "./queue-scaling.ts";

const EASING_GROWTH = 2;

/** A limit, and who sets it. */
type Bound = { readonly limit: number; readonly reason: string };

/** Combines what protection, the account, and the way back from a limit by hand allow: the smallest of them. */
export const automaticDecision = (nowMs: number, view: QueueView, share: AccountShare | undefined): Decided => {
  const { bounds, wish, demand, memory } = view;
  const isEnabled = wish?.isEnabled ?? true;
  const given: Bound[] = [];
  if (wish?.limit !== undefined) given.push({ limit: wish.limit, reason: wish.reason });
  if (share?.share !== undefined) given.push({ limit: share.share, reason: share.reason });
  const target = smallest(given);
  const easing = isEnabled ? easingOf(nowMs, memory, target?.limit ?? ceilingOf(bounds)) : undefined;
  const bound = easing === undefined ? target : { limit: easing.limit, reason: easingReason(easing, target) };

  const plan = bounds.provisioned && sizePollers(nowMs, bounds, bounds.provisioned, demand, memory?.pollers);
  const { limit, pollers, isLimited } = settingsFor(bounds, bound?.limit, plan?.pollers.min);
  const isShort = share?.isShort === true;
  const mode = modeOf(isEnabled, wish?.mode === "probing", isLimited);
  const reason = reasonFor(view, mode, isLimited ? bound : undefined, plan?.reason);
  const decision: QueueDecision = {
    mode,
    limit,
    isEnabled,
    pollers,
    reason,
    wantsProbe: wish?.wantsProbe ?? false,
    needsCloseLook: wish?.isPressed === true || !isEnabled || mode === "probing" || isShort || easing !== undefined,
    isManual: false,
  };
  return {
    decision,
    limit: bound?.limit ?? bounds.ceiling,
    easing,
    share: share?.share,
    isShort: isShort || undefined,
    pollers: plan?.memory,
  };
};

const smallest = (bounds: readonly Bound[]): Bound | undefined =>
  bounds.reduce<Bound | undefined>(
    (least, bound) => (least !== undefined && least.limit <= bound.limit ? least : bound),
    undefined,
  );

const easingOf = (nowMs: number, memory: QueueMemory | undefined, target: number): Easing | undefined => {
  const next = nextEasing(nowMs, memory);
  return next !== undefined && next.limit < target ? next : undefined;
};

const nextEasing = (nowMs: number, memory: QueueMemory | undefined): Easing | undefined => {
  if (memory?.manual === "limit" && memory.limit !== undefined) {
    return { limit: memory.limit * EASING_GROWTH, atMs: nowMs };
  }
  const { easing } = memory ?? {};
  if (easing === undefined || nowMs - easing.atMs < CLOSE_LOOK_MS) return easing;
  return { limit: easing.limit * EASING_GROWTH, atMs: nowMs };
};

const easingReason = ({ limit }: Easing, target: Bound | undefined): string =>
  `${limit} on the way from the limit that was set by hand to ${target === undefined ? "what the stage allows" : target.limit}: it doubles every ${CLOSE_LOOK_MS / 1_000} s`;

const modeOf = (isEnabled: boolean, isProbing: boolean, isLimited: boolean): QueueDecision["mode"] => {
  if (!isEnabled) return "paused";
  if (isProbing) return "probing";
  return isLimited ? "limited" : "open";
};

const reasonFor = (
  view: QueueView,
  mode: QueueDecision["mode"],
  bound: Bound | undefined,
  pollers: string | undefined,
): string => {
  const { wish } = view;
  const told = wish !== undefined && (wish.mode !== "open" || wish.isPressed) ? wish.reason : undefined;
  if (told !== undefined && (mode === "paused" || mode === "probing" || bound === undefined)) return told;
  if (bound === undefined) return openReason(view, pollers);
  return told === undefined || told === bound.reason ? bound.reason : `${bound.reason}; ${told}`;
};

const openReason = ({ bounds, demand }: QueueView, pollers: string | undefined): string => {
  const most = bounds.ceiling === undefined ? "" : ` to the stage's ${bounds.ceiling}`;
  const waiting = demand.waiting === 0 ? "" : `, ${demand.waiting} waiting`;
  return `open${most}: no pressure and no shortage${waiting}${pollers === undefined ? "" : `; ${pollers}`}`;
};
