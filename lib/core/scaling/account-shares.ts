import { ESM_INVOCATIONS_PER_POLLER } from "../limits.ts";
import { allocate, leftForQueues, type ShareWish, shortageOf } from "./allocation.ts";
import type { Demand } from "./demand.ts";
import type { ProtectionWish } from "./protection-memory.ts";
import { ceilingOf } from "./queue-bounds.ts";
import type { QueueInput } from "./queue-memory.ts";
import { type AccountSeen, LEAST_LIMIT } from "./queue-scaling.ts";

/** A queue, with what was found out about it before the account is shared. */
export type QueueView = QueueInput & {
  readonly demand: Demand;
  /** Undefined where protection has no say: a person has, or the mapping takes no change. */
  readonly wish: ProtectionWish | undefined;
};

/** What a queue gets of the account; no share where there is enough for all. */
export type AccountShare = { readonly share: number | undefined; readonly isShort: boolean; readonly reason: string };

/** Room above what protection allows now, so that its tries upward find it free. */
const SLACK = 1.25;
const NO_SHARE: AccountShare = { share: undefined, isShort: false, reason: "" };

/**
 * Shares what the account has left between the queues that run, when it is short; see {@link allocate}.
 *
 * Queues that are paused take no part. Limits that are set by hand, or that cannot be changed now, are taken off first.
 */
export const shareAccount = (
  account: AccountSeen,
  views: Readonly<Record<string, QueueView>>,
): Readonly<Record<string, AccountShare>> => {
  const entries = Object.entries(views);
  const running = entries.filter(([, view]) => !isPaused(view));
  const fixed = running.flatMap(([type, view]) => {
    const limit = fixedLimit(view);
    return limit === undefined ? [] : [{ type, limit }];
  });
  const left = leftForQueues(account);
  const available = Math.max(0, left - fixed.reduce((sum, { limit }) => sum + limit, 0));
  const fixedTypes = new Set(fixed.map(({ type }) => type));
  const sharing = running.filter(([type]) => !fixedTypes.has(type));
  const wishes = Object.fromEntries(running.map(([type, view]) => [type, wishOf(view)]));
  const wasShort = running.some(([, { memory }]) => memory?.isShort === true);
  const shortage = shortageOf(left, wishes, wasShort);
  if (shortage === "none") return Object.fromEntries(entries.map(([type]) => [type, NO_SHARE]));

  const held = Object.fromEntries(sharing.map(([type, { memory }]) => [type, memory?.share]));
  const shares = allocate(available, pick(wishes, sharing), held);
  const work = sharing.reduce((sum, [, { demand }]) => sum + demand.workSeconds, 0);
  const allotted = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const excess =
    allotted > available
      ? `; ${sharing.length} queues together may have ${allotted}, more than there is: ask AWS for a higher concurrency`
      : "";
  const reasonOf = (share: number, { demand }: QueueView): string =>
    (shortage === "short"
      ? `${share} of ${available} invocations that the account has left for queues: ${percent(demand.workSeconds, work)} of ` +
        `the work is here (${demand.waiting} waiting, ${Number(demand.serviceSeconds.toPrecision(2))} s a job)`
      : `${share} of ${available} invocations: the account allows ${account.unreserved}, which one queue could take before the next look`) +
    excess;
  return Object.fromEntries(
    entries.map(([type, view]) => {
      const share = shares[type];
      if (share === undefined) return [type, NO_SHARE];
      return [type, { share, isShort: shortage === "short", reason: reasonOf(share, view) }];
    }),
  );
};

const pick = (wishes: Readonly<Record<string, ShareWish>>, views: readonly (readonly [string, QueueView])[]) =>
  Object.fromEntries(views.flatMap(([type]) => (wishes[type] === undefined ? [] : [[type, wishes[type]]])));

const isPaused = ({ seen, wish, memory }: QueueView): boolean =>
  seen.manual === undefined ? (wish?.isEnabled ?? memory?.last?.isEnabled) === false : seen.manual.kind === "pause";

const fixedLimit = ({ bounds, seen, wish, memory, demand }: QueueView): number | undefined => {
  if (seen.mapping.isChanging) return memory?.last?.mode === "open" ? undefined : memory?.limit;
  if (wish !== undefined || seen.manual?.kind !== "limit") return undefined;
  // What a person allows is kept free only as far as it is used.
  return Math.min(seen.manual.limit, ceilingOf(bounds), Math.max(LEAST_LIMIT, Math.ceil(demand.wanted * SLACK)));
};

const wishOf = ({ bounds, seen, demand, wish }: QueueView): ShareWish => {
  const least = bounds.provisioned === undefined ? LEAST_LIMIT : bounds.provisioned.min * ESM_INVOCATIONS_PER_POLLER;
  const byHand = seen.manual?.kind === "limit" ? seen.manual.limit : Number.POSITIVE_INFINITY;
  const bears = wish?.limit === undefined ? byHand : Math.ceil(wish.limit * SLACK);
  const ceiling = Math.max(least, Math.min(ceilingOf(bounds), bears));
  const { workSeconds, wanted, wantedLately } = demand;
  const floor = Math.min(ceiling, Math.max(least, bounds.floor));
  return { workSeconds, wanted: Math.min(wanted, ceiling), wantedLately, floor, least, ceiling };
};

const percent = (part: number, whole: number): string => `${whole > 0 ? Math.round((100 * part) / whole) : 0} %`;
