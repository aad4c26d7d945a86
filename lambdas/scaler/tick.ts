import { canonicalJson } from "../../lib/core/canonical-json.ts";
import { ESM_INVOCATIONS_PER_POLLER } from "../../lib/core/limits.ts";
import { describeError } from "../../lib/core/outcome.ts";
import type { PolicyInput } from "../../lib/core/scaling/queue-memory.ts";
import type { AccountSeen } from "../../lib/core/scaling/queue-scaling.ts";
import { within } from "../shared/within.ts";
import { applyChanges, type PlannedChange, plannedChanges } from "./apply-changes.ts";
import { type ObservedQueue, observeQueues } from "./observe-queues.ts";
import { printMetrics } from "./print-metrics.ts";
import type { RunLease } from "./run-lease.ts";
import type { Kept, KeptQueues, Scaler, ScalerState } from "./scaler.ts";
import { CALL_MS } from "./time-limits.ts";

/** A state that says the same is still written this often, in milliseconds: `decidedAt` tells that the scaler lives. */
const WRITE_EVERY_MS = 300_000;

/** Where the account was never read: as if nothing were short, since a limit needs a reason. */
const UNKNOWN_ACCOUNT: AccountSeen = { concurrency: 1_000_000, unreserved: 1_000_000 };

/** What a look leads to: `stopped` where another run has the lease or has written the state. */
export type TickEnd = "stopped" | "done" | "look-closer";

/**
 * Looks at all queues once, decides, keeps the decisions, and makes the mappings follow.
 *
 * The state is written before anything is changed, and whenever something is: a run that works on what another has
 * outdated finds the state's version gone and stops, and what a crash leaves undone differs from the mapping as the
 * next run finds it.
 */
export const tick = async (scaler: Scaler, lease: RunLease): Promise<TickEnd> => {
  const nowMs = scaler.clock.nowMs();
  const kept = await within(scaler.clock, CALL_MS, (signal) => scaler.store.read(signal));
  if (lease.isWithAnother(kept.lease)) return "stopped";
  // A calm look costs no lease: it has nothing to write.
  if (needCloserLook(kept.state?.queues ?? {}) && !(await lease.hold())) return "stopped";

  const [account, observed] = await Promise.all([readAccount(scaler, kept.state), observeQueues(scaler, kept, nowMs)]);
  const queues = decideAll(scaler, { nowMs, kept, account, observed });
  const changes = plannedChanges(queues, observed);
  if (mustWrite(kept.state, queues, changes, nowMs)) {
    const state = { version: (kept.state?.version ?? 0) + 1, decidedAtMs: nowMs, queues, account };
    if (!(await lease.hold()) || !(await write(scaler, state, lease.holder))) return "stopped";
  }
  const areAllMade = await applyChanges(scaler, changes);
  printMetrics(scaler, queues, nowMs);
  return areAllMade && !needCloserLook(queues) ? "done" : "look-closer";
};

const needCloserLook = (queues: KeptQueues): boolean =>
  Object.values(queues).some(({ decision }) => decision.needsCloseLook);

const readAccount = async ({ account, clock, log }: Scaler, state: ScalerState | undefined): Promise<AccountSeen> => {
  try {
    return await within(clock, CALL_MS, account);
  } catch (error) {
    log("account.unknown", { reason: describeError(error) });
    return state?.account ?? UNKNOWN_ACCOUNT;
  }
};

type Looked = {
  readonly nowMs: number;
  readonly kept: Kept;
  readonly account: AccountSeen;
  readonly observed: Readonly<Record<string, ObservedQueue>>;
};

/** Decides for the queues that could be read; the others stay as they are, with what they hold of the account. */
const decideAll = (scaler: Scaler, { nowMs, kept, account, observed }: Looked): KeptQueues => {
  const before = kept.state?.queues ?? {};
  const types = Object.keys(scaler.queues);
  const unread = types.filter((type) => observed[type] === undefined);
  const asked = Object.entries(observed).map(([type, { bounds, seen }]) => [
    type,
    { bounds, seen, memory: before[type]?.memory },
  ]);
  const decided = decideFor(scaler, {
    nowMs,
    account: without(account, unread, before),
    queues: Object.fromEntries(asked),
  });
  return Object.fromEntries(
    types.flatMap((type) => {
      const queue = decided[type] ?? before[type];
      return queue === undefined ? [] : [[type, queue]];
    }),
  );
};

/** A memory of another version may not be readable: then it is as lost as one that was deleted. */
const decideFor = ({ decide, log }: Scaler, input: PolicyInput): KeptQueues => {
  try {
    return decide(input);
  } catch (error) {
    log("state.unreadable", { reason: describeError(error) });
    const queues = Object.entries(input.queues).map(([type, queue]) => [type, { ...queue, memory: undefined }]);
    return decide({ ...input, queues: Object.fromEntries(queues) });
  }
};

const without = (account: AccountSeen, unread: readonly string[], before: KeptQueues): AccountSeen => {
  const held = unread.reduce((sum, type) => sum + heldBy(before[type]), 0);
  return {
    concurrency: Math.max(0, account.concurrency - held),
    unreserved: Math.max(0, account.unreserved - held),
  };
};

const heldBy = (queue: KeptQueues[string] | undefined): number =>
  queue?.decision.isEnabled === true
    ? (queue.decision.limit ?? (queue.decision.pollers?.max ?? 0) * ESM_INVOCATIONS_PER_POLLER)
    : 0;

const mustWrite = (
  state: ScalerState | undefined,
  queues: KeptQueues,
  changes: readonly PlannedChange[],
  nowMs: number,
): boolean =>
  state === undefined ||
  changes.some(({ before }) => !before.isChanging) ||
  nowMs - state.decidedAtMs >= WRITE_EVERY_MS ||
  canonicalJson(queues) !== canonicalJson(state.queues);

const write = ({ clock, store }: Scaler, state: ScalerState, writer: string): Promise<boolean> =>
  within(clock, CALL_MS, (signal) => store.writeState(state, writer, signal));
