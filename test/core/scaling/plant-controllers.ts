import { decide, type QueueMemory } from "../../../lib/core/scaling/policy.ts";
import { type ProtectionMemory, protect } from "../../../lib/core/scaling/protection.ts";
import type { Controller, PlantWish } from "./plant-parts.ts";

/** Sets what each queue's part of the input says, with a memory for each. */
const each =
  <Memory>(
    one: (
      queue: Parameters<Controller>[0]["queues"][string],
      nowMs: number,
      memory: Memory | undefined,
    ) => readonly [PlantWish, Memory],
  ): Controller =>
  ({ nowMs, queues, memory }) => {
    const earlier = memory === undefined ? {} : (JSON.parse(memory) as Record<string, Memory>);
    const answers = Object.entries(queues).map(([name, queue]) => [name, one(queue, nowMs, earlier[name])] as const);
    return {
      wishes: Object.fromEntries(answers.map(([name, [wish]]) => [name, wish])),
      memory: JSON.stringify(Object.fromEntries(answers.map(([name, [, next]]) => [name, next]))),
    };
  };

/** Protection alone, with nothing else to consider. */
export const protection: Controller = each<ProtectionMemory>(({ bounds, seen }, nowMs, memory) => {
  const { wish, memory: next } = protect({ nowMs, bounds, seen, memory });
  return [{ ...wish, needsCloseLook: wish.isPressed }, next];
});

/** The whole policy, as the scaler runs it. */
export const policy: Controller = ({ nowMs, account, queues, memory }) => {
  const earlier = memory === undefined ? {} : (JSON.parse(memory) as Record<string, QueueMemory>);
  const inputs = Object.entries(queues).map(([name, queue]) => [name, { ...queue, memory: earlier[name] }] as const);
  const outcomes = Object.entries(decide({ nowMs, account, queues: Object.fromEntries(inputs) }));
  return {
    wishes: Object.fromEntries(outcomes.map(([name, { decision }]) => [name, decision])),
    memory: JSON.stringify(Object.fromEntries(outcomes.map(([name, { memory: next }]) => [name, next]))),
  };
};

/** A limit that never changes; undefined for none. */
export const fixed = (limit: number | undefined): Controller =>
  each<null>(() => [{ limit, isEnabled: true, reason: "fixed", wantsProbe: false, needsCloseLook: false }, null]);

type KedaMemory = {
  readonly limit: number;
  readonly wished: readonly { readonly atMs: number; readonly limit: number }[];
};

const KEDA = { queueLength: 5, tolerance: 0.1, downMs: 300_000, least: 2, most: 1_000 } as const;

/** How often KEDA's formula is asked, in milliseconds. */
export const KEDA_EVERY_MS = 15_000;

/**
 * KEDA's formula for SQS with the autoscaler that it feeds, each replica an invocation: to be run each {@link KEDA_EVERY_MS}.
 *
 * @param waiting messages that wait or are being worked on
 * @see https://keda.sh/docs/latest/scalers/aws-sqs/
 */
export const kedaStep = (waiting: number, nowMs: number, memory: KedaMemory | undefined): KedaMemory => {
  const current = memory?.limit ?? KEDA.least;
  const wanted = Math.ceil(waiting / KEDA.queueLength);
  const isNear = Math.abs(wanted / current - 1) <= KEDA.tolerance;
  const wished = [...(memory?.wished ?? []), { atMs: nowMs, limit: isNear ? current : wanted }].filter(
    ({ atMs }) => atMs > nowMs - KEDA.downMs,
  );
  const stable = wanted < current ? Math.max(...wished.map(({ limit }) => limit)) : wanted;
  const stepped = isNear ? current : Math.min(stable, Math.max(current * 2, current + 4));
  return { limit: Math.min(KEDA.most, Math.max(KEDA.least, stepped)), wished };
};

export const keda: Controller = each<KedaMemory>(({ seen }, nowMs, memory) => {
  const next = kedaStep(seen.visible + seen.inFlight, nowMs, memory);
  return [{ limit: next.limit, isEnabled: true, reason: "KEDA", wantsProbe: false, needsCloseLook: false }, next];
});
