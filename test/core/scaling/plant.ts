import { CLOSE_LOOK_MS } from "../../../lib/core/scaling/queue-scaling.ts";
import { type Line, openLine } from "./plant-line.ts";
import {
  Agenda,
  type Controller,
  diceOf,
  type PlantOptions,
  type PlantQueue,
  type PlantResult,
  type PlantWish,
} from "./plant-parts.ts";

const TICK_MS = 60_000;
const WAKE_MS = 1_000;

/** Runs queues, mappings, workers and what they call in virtual time, and returns what became of each queue's jobs. */
export const runPlant = (options: PlantOptions): Readonly<Record<string, PlantResult>> => {
  const agenda = new Agenda();
  const account = { running: 0, limit: options.account ?? 100_000 };
  let nowMs = 0;
  const clock = (): number => nowMs;
  const wakes: (() => void)[] = [];
  const wake = (): void => {
    for (const action of wakes) action();
  };
  const names = Object.keys(options.queues);
  const lines = Object.fromEntries(
    names.map((name, index) => {
      const dice = diceOf(options.seed * 7919 + index + 1);
      return [name, openLine(options.queues[name] as PlantQueue, { agenda, clock, dice, account, wake, options })];
    }),
  );

  let memory: string | undefined;
  let isLooping = false;
  let lastWakeMs = Number.NEGATIVE_INFINITY;
  const scalerDice = diceOf(options.seed * 104_729 + 17);
  const tick = (): boolean => {
    const queues = Object.fromEntries(
      names.map((name) => [name, { bounds: (options.queues[name] as PlantQueue).bounds, seen: lines[name]?.see() }]),
    );
    const input = {
      nowMs,
      account: { concurrency: account.limit, unreserved: account.limit },
      queues: queues as Parameters<Controller>[0]["queues"],
      memory,
    };
    const answer = options.controller(input);
    memory = answer.memory;
    const isCrash = scalerDice() < (options.crashes ?? 0);
    if (!isCrash) for (const name of names) lines[name]?.apply(answer.wishes[name] as PlantWish);
    return !isCrash && Object.values(answer.wishes).some(({ needsCloseLook }) => needsCloseLook);
  };
  const look = (untilMs: number): void => {
    isLooping = tick() && nowMs + CLOSE_LOOK_MS < untilMs;
    if (isLooping) agenda.add(nowMs + CLOSE_LOOK_MS, () => look(untilMs));
  };
  const everyMs = options.everyMs ?? TICK_MS;
  let nextMinuteMs = 0;
  const minute = (): void => {
    nextMinuteMs = nowMs + everyMs;
    look(nextMinuteMs);
    agenda.add(nextMinuteMs, minute);
  };
  agenda.add(Math.floor(scalerDice() * everyMs), minute);
  wakes.push(() => {
    if (isLooping || options.everyMs !== undefined || nowMs - lastWakeMs < CLOSE_LOOK_MS) return;
    lastWakeMs = nowMs;
    agenda.add(nowMs + WAKE_MS, () => {
      if (!isLooping) look(nextMinuteMs);
    });
  });

  while (agenda.nextMs() <= options.lengthMs) {
    nowMs = agenda.nextMs();
    agenda.take()();
  }
  return Object.fromEntries(names.map((name) => [name, (lines[name] as Line).result()]));
};
