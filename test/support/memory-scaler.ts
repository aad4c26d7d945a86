import { type RunOptions, runMinute } from "../../lambdas/scaler/run-minute.ts";
import type { ChangeEnd, FoundMapping, Kept, Scaler, ScalerState } from "../../lambdas/scaler/scaler.ts";
import type { Clock } from "../../lambdas/shared/ports.ts";
import type {
  AccountSeen,
  ManualControl,
  ProbeResult,
  QueueBounds,
  QueueDecision,
} from "../../lib/core/scaling/queue-scaling.ts";
import type { SignalWindow } from "../../lib/core/signals.ts";
import { fakeClock } from "./fake-clock.ts";

/** One queue of the plant: what the scaler may see of it, and what it can do to it. */
export type PlantQueue = {
  depth: { visible: number; inFlight: number; delayed: number };
  mapping: FoundMapping | undefined;
  windows: readonly SignalWindow[];
  probe: ProbeResult;
  /** How Lambda takes a change. */
  takes: ChangeEnd | "never" | Error;
  /** What happens where it is read. */
  failure: Error | undefined;
  /** What is to be decided of it. */
  wanted: QueueDecision;
};

export const BOUNDS: QueueBounds = {
  floor: 2,
  ceiling: undefined,
  provisioned: undefined,
  parallel: 5,
  batchSize: 10,
  timeoutSeconds: 30,
  targetWaitSeconds: 60,
};

export const OPEN: QueueDecision = {
  mode: "open",
  limit: undefined,
  isEnabled: true,
  pollers: undefined,
  reason: "nothing asks for a limit",
  wantsProbe: false,
  needsCloseLook: false,
  isManual: false,
};

/** A limit that is looked at closely. */
export const limited = (limit: number): QueueDecision => ({
  ...OPEN,
  mode: "limited",
  limit,
  reason: `pressed at ${limit}`,
  needsCloseLook: true,
});

export const PAUSED: QueueDecision = {
  ...OPEN,
  mode: "paused",
  isEnabled: false,
  reason: "nearly all fail",
  needsCloseLook: true,
  wantsProbe: true,
};

export const foundMapping = (type: string, changes: Partial<FoundMapping> = {}): FoundMapping => ({
  id: `mapping-of-${type}`,
  functionArn: `function-of-${type}`,
  limit: undefined,
  isEnabled: true,
  isChanging: false,
  pollers: undefined,
  ...changes,
});

type Asked = Parameters<Scaler["decide"]>[0];

/** A scaler on ports in memory, which decides what it is told to, and a plant that does as it decides. */
export const memoryScaler = (types: readonly string[] = ["work"]) => {
  const clock = fakeClock();
  const calls: string[] = [];
  const log: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  const printed: Readonly<Record<string, unknown>>[] = [];
  const asked: Asked[] = [];
  const manual: Record<string, ManualControl> = {};
  const kept: { lease: Kept["lease"]; state: ScalerState | undefined } = { lease: undefined, state: undefined };
  const account: { seen: AccountSeen | Error } = { seen: { concurrency: 1_000, unreserved: 900 } };
  /** What the policy remembers of a queue, after what it remembered before. */
  const policy: { remember: (before: unknown) => unknown } = { remember: () => ({}) };
  const plant = Object.fromEntries(types.map((type) => [type, plantQueue(type)]));
  let holders = 0;

  const queueOf = (type: string): PlantQueue => {
    const queue = plant[type];
    if (queue === undefined) throw new Error(`no queue ${type}`);
    if (queue.failure !== undefined) throw queue.failure;
    return queue;
  };

  /** One of the copies that may run; each has what an environment has of its own. */
  const copy = (overrides: Partial<Scaler> = {}): Scaler => ({
    stage: "dev",
    queues: Object.fromEntries(types.map((type) => [type, { queueUrl: type, queueArn: type, bounds: BOUNDS }])),
    decide: (question) => {
      asked.push(question);
      return Object.fromEntries(
        Object.entries(question.queues).map(([type, { memory }]) => [
          type,
          { decision: queueOf(type).wanted, memory: policy.remember(memory) as never },
        ]),
      );
    },
    store: {
      read: async () => {
        calls.push("read");
        return structuredClone({ ...kept, manual });
      },
      takeLease: async (lease, { nowMs, mayTakeOver }) => {
        calls.push("take-lease");
        const { lease: held } = kept;
        const isFree = held === undefined || held.untilMs <= nowMs || held.holder === lease.holder;
        if (!isFree && !(mayTakeOver && held.yieldsAtMs <= nowMs)) return false;
        kept.lease = lease;
        return true;
      },
      giveBackLease: async (holder) => {
        calls.push("give-back-lease");
        if (kept.lease?.holder === holder) kept.lease = undefined;
      },
      writeState: async (state) => {
        calls.push("write-state");
        if ((kept.state?.version ?? 0) !== state.version - 1) return false;
        kept.state = JSON.parse(JSON.stringify(state)) as ScalerState;
        return true;
      },
    },
    depths: {
      read: async (type) => {
        calls.push(`depth ${type}`);
        return queueOf(type).depth;
      },
    },
    mappings: {
      find: async (type) => {
        calls.push(`find ${type}`);
        return queueOf(type).mapping;
      },
      change: async (id, change) => {
        calls.push(`change ${id} ${JSON.stringify(change)}`);
        const queue = Object.values(plant).find(({ mapping }) => mapping?.id === id);
        if (queue?.mapping === undefined) return "missing";
        if (queue.takes === "never") return await new Promise<never>(() => undefined);
        if (queue.takes instanceof Error) throw queue.takes;
        if (queue.takes !== "changed") return queue.takes;
        const { limit, pollers, isEnabled = queue.mapping.isEnabled } = change;
        queue.mapping = {
          ...queue.mapping,
          isEnabled,
          ...(limit === undefined ? {} : { limit: limit ?? undefined }),
          ...(pollers === undefined ? {} : { pollers: pollers ?? undefined }),
        };
        return "changed";
      },
    },
    signals: {
      read: async (type, sinceMs) => {
        calls.push(`signals ${type} ${clock.nowMs() - sinceMs}`);
        return queueOf(type).windows;
      },
    },
    probe: async (functionArn) => {
      calls.push(`probe ${functionArn}`);
      return Object.values(plant).find(({ mapping }) => mapping?.functionArn === functionArn)?.probe ?? "unknown";
    },
    account: async () => {
      calls.push("account");
      if (account.seen instanceof Error) throw account.seen;
      return account.seen;
    },
    clock,
    dice: {
      fraction: () => 0.5,
      bytes: (count) => {
        holders += 1;
        return new Uint8Array(count).fill(holders);
      },
    },
    log: (event, fields = {}) => void log.push([event, fields]),
    print: (line) => void printed.push(JSON.parse(line) as Readonly<Record<string, unknown>>),
    ...overrides,
  });

  /** Starts a run with plenty of time, unless told otherwise. */
  const run = (scaler: Scaler = copy(), options: Partial<RunOptions> = {}): Promise<void> =>
    runMinute(scaler, { isWoken: false, remainingMs: () => 120_000, ...options });

  /** A run that dies where it first waits for what never comes: its own clock stands still. */
  const crashingRun = async (options: Partial<RunOptions> = {}): Promise<void> => {
    const nowMs = clock.nowMs();
    const still: Clock = { nowMs: () => nowMs, after: () => () => undefined };
    void run(copy({ clock: still }), options);
    await clock.pass(0);
  };

  const queue = (type = "work"): PlantQueue => {
    const found = plant[type];
    if (found === undefined) throw new Error(`no queue ${type}`);
    return found;
  };

  const callsOf = (name: string): readonly string[] => calls.filter((call) => call.split(" ")[0] === name);

  return { clock, calls, callsOf, log, printed, asked, manual, kept, account, policy, queue, copy, run, crashingRun };
};

const plantQueue = (type: string): PlantQueue => ({
  depth: { visible: 0, inFlight: 0, delayed: 0 },
  mapping: foundMapping(type),
  windows: [],
  probe: "none",
  takes: "changed",
  failure: undefined,
  wanted: OPEN,
});
