import type { QueueBounds } from "../../../lib/core/scaling/queue-scaling.ts";
import type { SignalCounts } from "../../../lib/core/signals.ts";
import type { Controller, PlantWish } from "./plant-parts.ts";

/** What a controller did that it never should, in words. */
export type Violations = string[];

const LEAST = 2;
const MOST = 1_000;
const MORE_REFUSALS = [1, 20, 1_000] as const;

/** Runs a controller and notes where a wish leaves its bounds, or where more pressure would have given a higher one. */
export const watched = (controller: Controller, violations: Violations): Controller => {
  let looks = 0;
  return (input) => {
    const answer = controller(input);
    looks += 1;
    for (const [name, { bounds }] of Object.entries(input.queues)) {
      const wish = answer.wishes[name] as PlantWish;
      if (!isWithin(wish, bounds)) violations.push(`${name} at ${input.nowMs}: limit ${wish.limit}`);
    }
    // Each third look is asked again, with more refusals among what has ended since the last.
    if (looks % 3 === 0) {
      const more = MORE_REFUSALS[(looks / 3) % MORE_REFUSALS.length] ?? 1;
      const pressed = controller({ ...input, queues: withPressure(input.queues, more) });
      for (const name of Object.keys(input.queues)) {
        const [mild, hard] = [answer.wishes[name] as PlantWish, pressed.wishes[name] as PlantWish];
        if (levelOf(hard) > levelOf(mild)) {
          violations.push(`${name} at ${input.nowMs}: "${mild.reason}", under more pressure "${hard.reason}"`);
        }
      }
    }
    return answer;
  };
};

const isWithin = ({ limit }: PlantWish, { ceiling }: QueueBounds): boolean =>
  limit === undefined
    ? ceiling === undefined
    : Number.isInteger(limit) && limit >= LEAST && limit <= Math.min(MOST, ceiling ?? MOST);

const levelOf = ({ limit, isEnabled }: PlantWish): number => (isEnabled ? (limit ?? MOST) : 0);

const withPressure = (queues: Parameters<Controller>[0]["queues"], more: number): Parameters<Controller>[0]["queues"] =>
  Object.fromEntries(
    Object.entries(queues).map(([name, { bounds, seen }]) => {
      const last = seen.windows.at(-1);
      if (last === undefined) return [name, { bounds, seen }];
      const counts: SignalCounts = { ...last.counts, pressure: last.counts.pressure + more };
      return [name, { bounds, seen: { ...seen, windows: [...seen.windows.slice(0, -1), { ...last, counts }] } }];
    }),
  );
