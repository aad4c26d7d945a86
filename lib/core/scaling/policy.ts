import { ESM_INVOCATIONS_PER_POLLER } from "../limits.ts";
import { type AccountShare, type QueueView, shareAccount } from "./account-shares.ts";
import { automaticDecision } from "./automatic-decision.ts";
import { markAt } from "./capacity.ts";
import { type DemandMemory, demandOf } from "./demand.ts";
import { decisionWhileChanging, manualDecision } from "./held-decision.ts";
import { areSamePollers, mappingChange } from "./mapping-change.ts";
import { protect } from "./protection.ts";
import type { ProtectionMemory } from "./protection-memory.ts";
import type { PolicyInput, QueueInput, QueueMemory, QueueOutcome } from "./queue-memory.ts";
import type { ManualControl, QueueDecision, QueueSeen } from "./queue-scaling.ts";

export type { PolicyInput, QueueInput, QueueMemory, QueueOutcome } from "./queue-memory.ts";

/**
 * Decides what every queue's mapping is to be, and why.
 *
 * What a person has set by hand wins; then protection of what the jobs call; then the share of an account that is
 * short of concurrency; then pollers. With none of them, a queue is as its stage says. A decision says what the mapping
 * is to be, not what to change: compare it with the mapping as it is by `mappingChange`, so that whatever else set it
 * is undone. While a mapping takes no change, its queue's decision stays.
 */
export const decide = ({ nowMs, account, queues }: PolicyInput): Readonly<Record<string, QueueOutcome>> => {
  const looks = Object.entries(queues).map(([type, queue]) => ({ type, look: lookAt(nowMs, queue) }));
  const shares = shareAccount(account, Object.fromEntries(looks.map(({ type, look }) => [type, look.view])));
  return Object.fromEntries(looks.map(({ type, look }) => [type, conclude(nowMs, type, look, shares[type])]));
};

/** A queue's view, and the parts of its next memory that it brings. */
type QueueLook = {
  readonly view: QueueView;
  readonly kept: Pick<QueueMemory, "protection"> & { readonly demand: DemandMemory };
};

const lookAt = (nowMs: number, queue: QueueInput): QueueLook => {
  const { bounds, seen, memory } = queue;
  const { demand, memory: demandMemory } = demandOf(nowMs, bounds, seen, memory?.demand);
  const { protection } = memory ?? {};
  const view = { ...queue, demand };
  if (seen.mapping.isChanging)
    return { view: { ...view, wish: undefined }, kept: { demand: demandMemory, protection } };
  if (seen.manual !== undefined) {
    const later = protection && lookAway(nowMs, seen, seen.manual, protection);
    return { view: { ...view, wish: undefined }, kept: { demand: demandMemory, protection: later } };
  }
  const { wish, memory: next } = protect({ nowMs, bounds, seen: inInvocations(queue), memory: protection });
  const isNew = wish.mode === "open" && !wish.isPressed && next.capacity === undefined;
  const isAtRest = demandMemory.last === undefined && seen.windows.length === 0;
  // An idle queue that has taught nothing is left out, so that its state stays the same and costs no write.
  return { view: { ...view, wish }, kept: { demand: demandMemory, protection: isNew && isAtRest ? undefined : next } };
};

/**
 * Keeps what protection knows while a person has the say, but not what attempts meet meanwhile: that says nothing about
 * protection's own limit. A limit by hand overrules a pause for good, for the person has seen that it can be lifted.
 */
const lookAway = (
  nowMs: number,
  { windows }: QueueSeen,
  { kind }: ManualControl,
  memory: ProtectionMemory,
): ProtectionMemory | undefined => {
  if (kind === "limit" && memory.breaker !== undefined) return undefined;
  const from = markAt(windows, nowMs);
  const limiter = memory.limiter && { ...memory.limiter, from };
  const { breaker } = memory;
  // A try that a person interrupts has told nothing: it begins anew.
  const later = breaker?.phase === "probing" ? { ...breaker, from, startedMs: nowMs, followedMs: undefined } : breaker;
  return { ...memory, look: from, pressedFrom: undefined, refusedFrom: undefined, limiter, breaker: later };
};

/** Protection speaks of invocations, also where pollers bound them. */
const inInvocations = ({ bounds, seen, memory }: QueueInput): QueueInput["seen"] => {
  const { pollers } = seen.mapping;
  if (bounds.provisioned === undefined || pollers === undefined) return seen;
  const limit = pollers.max === memory?.last?.pollers?.max ? memory.limit : pollers.max * ESM_INVOCATIONS_PER_POLLER;
  return { ...seen, mapping: { ...seen.mapping, limit } };
};

const conclude = (nowMs: number, type: string, look: QueueLook, share: AccountShare | undefined): QueueOutcome => {
  const { view, kept } = look;
  const { seen, memory } = view;
  if (seen.mapping.isChanging) {
    const decision = decisionWhileChanging(view);
    return { decision, memory: { ...memory, ...kept } };
  }
  const { decision, ...rest } =
    seen.manual === undefined ? automaticDecision(nowMs, view, share) : manualDecision(type, view, seen.manual);
  const isSame = memory?.last !== undefined && isSameSetting(memory.last, decision);
  const note = noteOn(type, view, decision);
  const noted = note === undefined ? decision : { ...decision, reason: `${decision.reason}; ${note}` };
  return {
    decision: noted,
    memory: {
      ...rest,
      ...kept,
      last: noted,
      sinceMs: isSame ? memory.sinceMs : nowMs,
      manual: seen.manual?.kind,
      isApplied: mappingChange(decision, seen.mapping) === undefined || (isSame && memory.isApplied === true),
    },
  };
};

const isSameSetting = (first: QueueDecision, second: QueueDecision): boolean =>
  first.isEnabled === second.isEnabled && first.limit === second.limit && areSamePollers(first.pollers, second.pollers);

/** Says what others have done to the mapping, where it is undone. */
const noteOn = (type: string, { seen, memory }: QueueView, decision: QueueDecision): string | undefined => {
  const { mapping } = seen;
  const isLost = memory?.last === undefined;
  if (
    !mapping.isEnabled &&
    decision.isEnabled &&
    (isLost || (memory.isApplied === true && memory.last?.isEnabled === true))
  ) {
    return `the mapping was disabled outside of Sluice and is enabled again: pause it with POST /queues/${type}/pause`;
  }
  if (isLost || memory.isApplied !== true || memory.last === undefined || !isSameSetting(memory.last, decision))
    return undefined;
  const change = mappingChange(decision, mapping);
  if (change === undefined) return undefined;
  if (change.isEnabled === false) return "the mapping was enabled outside of Sluice and is paused again";
  if (change.limit !== undefined)
    return `the mapping was set to ${mapping.limit ?? "no limit"} outside of Sluice and is set back`;
  return "the mapping's pollers were set outside of Sluice and are set back";
};
