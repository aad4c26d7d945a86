import { backoffSeconds, retryPolicy, throttleSeconds } from "../../../lib/core/retry.ts";
import { type EsmState, invocationsAllowed, startEsm, stepEsm } from "../../../lib/core/scaling/esm.ts";
import { signalsNeededFrom } from "../../../lib/core/scaling/queue-bounds.ts";
import type { ProbeResult } from "../../../lib/core/scaling/queue-scaling.ts";
import { acceptedIn, NO_SIGNALS, type SignalCounts, signalWindowAt } from "../../../lib/core/signals.ts";
import type { Agenda, Dice, PlantChange, PlantOptions, PlantQueue, PlantResult, PlantWish } from "./plant-parts.ts";

const ESM_STEP_MS = 1_000;
/** Claim, call, and giving the message back. */
const REFUSAL_MS = 40;
/** As the worker keeps a refused job's place. */
const REST_MS = 1_000;
const OVERHEAD_MS = 20;
const RETRY = retryPolicy();

type Job = { readonly arrivedMs: number; readonly isPoison: boolean; claims: number; attempts: number };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type Line = ReturnType<typeof openLine>;

export type Surroundings = {
  readonly agenda: Agenda;
  readonly clock: () => number;
  readonly dice: Dice;
  readonly account: { running: number; readonly limit: number };
  readonly wake: () => void;
  readonly options: PlantOptions;
};

/** Opens one queue with its mapping, its worker and what its jobs call. */
export const openLine = (queue: PlantQueue, { agenda, clock, dice, account, wake, options }: Surroundings) => {
  const { bounds, receiver } = queue;
  const timeoutMs = bounds.timeoutSeconds * 1_000;
  const windows: { startMs: number; counts: Mutable<SignalCounts> }[] = [];
  const seconds = Math.ceil(options.lengthMs / 1_000) + 1;
  const tally = {
    done: new Array(seconds).fill(0),
    refused: new Array(seconds).fill(0),
    timedOut: new Array(seconds).fill(0),
  };
  const changes: PlantChange[] = [];
  const waitsMs: number[] = [];
  let visible: Job[] = [];
  let head = 0;
  let hidden = 0;
  let running = 0;
  let inProcess = 0;
  let calls = 0;
  let lastDoneMs = 0;
  let poisoned = 0;
  let dead = 0;
  let peakRunning = 0;
  let accountThrottles = 0;

  let shown: { limit: number | undefined; isEnabled: boolean } = { limit: bounds.ceiling, isEnabled: true };
  let effective = shown;
  let changingUntilMs = 0;
  let followedAtMs = 0;
  let wantsProbe = false;
  let esm: EsmState = startEsm({ maximumConcurrency: shown.limit });
  let observed = { batchesFound: 0, peakInFlight: 0, throttledInvocations: 0 };

  const visibleCount = (): number => visible.length - head;
  const put = (job: Job): void => {
    visible.push(job);
    if (head > 4_096 && head * 2 > visible.length) {
      visible = visible.slice(head);
      head = 0;
    }
  };
  const capacityNow = (): number => {
    const capacity = receiver.capacityAt(clock());
    const refusedLately = tally.refused[Math.floor(clock() / 1_000) - 1] ?? 0;
    return refusedLately > capacity ? capacity * (receiver.leftWhenOverrun ?? 1) : capacity;
  };
  const isOut = (): boolean => receiver.outages.some(({ fromMs, toMs }) => clock() >= fromMs && clock() < toMs);

  const flush = (counts: SignalCounts): void => {
    const startMs = signalWindowAt(clock());
    let window = windows.at(-1);
    if (window?.startMs !== startMs) {
      window = { startMs, counts: { ...NO_SIGNALS } };
      windows.push(window);
      while ((windows[0]?.startMs ?? startMs) < signalsNeededFrom(startMs, bounds)) windows.shift();
    }
    for (const key of Object.keys(counts) as (keyof SignalCounts)[]) window.counts[key] += counts[key];
    if (counts.pressure > 0) wake();
  };

  const fill = (): void => {
    while (effective.isEnabled && visibleCount() > 0 && running < invocationsAllowed(esm)) {
      if (account.running >= account.limit) {
        observed.throttledInvocations = 1;
        return;
      }
      invoke();
    }
    if (visibleCount() === 0) return;
    observed.peakInFlight = Math.max(observed.peakInFlight, running);
  };

  const invoke = (): void => {
    const batch = visible.slice(head, head + bounds.batchSize);
    head += batch.length;
    running += 1;
    account.running += 1;
    inProcess += batch.length;
    peakRunning = Math.max(peakRunning, running);
    observed.batchesFound += 1;
    observed.peakInFlight = Math.max(observed.peakInFlight, running);
    const counts: Mutable<SignalCounts> = { ...NO_SIGNALS };
    let next = 0;
    let active = 0;
    const proceed = (): void => {
      while (active < bounds.parallel && next < batch.length) {
        active += 1;
        attempt(batch[next++] as Job, counts, () => {
          active -= 1;
          inProcess -= 1;
          proceed();
        });
      }
      if (active > 0) return;
      agenda.add(clock() + OVERHEAD_MS * (0.5 + dice()), () => {
        running -= 1;
        account.running -= 1;
        flush(counts);
        fill();
      });
    };
    proceed();
  };

  const attempt = (job: Job, counts: Mutable<SignalCounts>, ended: () => void): void => {
    const startedMs = clock();
    job.claims += 1;
    const end = (afterMs: number, settle: (second: number) => void): void => {
      agenda.add(startedMs + afterMs, () => {
        settle(Math.floor(clock() / 1_000));
        ended();
      });
    };
    const back = (afterSeconds: number): void => {
      hidden += 1;
      agenda.add(clock() + afterSeconds * 1_000, () => {
        hidden -= 1;
        put(job);
        fill();
      });
    };
    const out = isOut();
    if (
      (out && receiver.outage === "refuses") ||
      (!out && (calls >= capacityNow() || dice() < (receiver.grumbles ?? 0)))
    ) {
      agenda.add(startedMs + REFUSAL_MS * (0.5 + dice()), () => {
        counts.pressure += 1;
        counts.refusedMs += clock() - startedMs;
        tally.refused[Math.floor(clock() / 1_000)] += 1;
        const waitSeconds = throttleSeconds(RETRY, job.claims, undefined, dice());
        back(Math.min(options.mostThrottleSeconds ?? waitSeconds, waitSeconds));
        const isPressed = counts.pressure >= acceptedIn(counts);
        agenda.add(clock() + (isPressed ? (options.restMs ?? REST_MS) : 0), ended);
      });
      return;
    }
    calls += 1;
    const excess = receiver.congestion === undefined ? 1 : Math.max(1, calls / receiver.congestion.above);
    const neededMs = out ? timeoutMs : queue.serviceMs(dice) * excess ** (1 + (receiver.congestion?.power ?? 0));
    end(Math.min(timeoutMs, neededMs), (second) => {
      calls -= 1;
      counts.acceptedMs += clock() - startedMs;
      if (neededMs >= timeoutMs) {
        counts.timedOut += 1;
        tally.timedOut[second] += 1;
        job.attempts += 1;
        if (job.attempts >= RETRY.attempts) dead += 1;
        else back(backoffSeconds(RETRY, job.attempts, dice()));
      } else if (job.isPoison) {
        counts.permanent += 1;
        poisoned += 1;
      } else {
        counts.ok += 1;
        tally.done[second] += 1;
        waitsMs.push(startedMs - job.arrivedMs);
        lastDoneMs = clock();
      }
    });
  };

  const arrive = (): void => {
    put({ arrivedMs: clock(), isPoison: dice() < queue.poison, claims: 0, attempts: 0 });
  };
  for (let count = 0; count < queue.backlog; count += 1) arrive();
  for (const { fromMs, toMs, perSecond } of queue.arrivals) {
    const next = (afterMs: number): void => {
      const atMs = afterMs - (Math.log(1 - dice()) / perSecond) * 1_000;
      if (atMs >= toMs) return;
      agenda.add(atMs, () => {
        arrive();
        fill();
        next(atMs);
      });
    };
    next(fromMs);
  }

  const step = (): void => {
    const seen = { ...observed, elapsedMs: ESM_STEP_MS, failedInvocations: 0 };
    accountThrottles += observed.throttledInvocations;
    observed = { batchesFound: 0, peakInFlight: running, throttledInvocations: 0 };
    if (effective.isEnabled) esm = stepEsm({ maximumConcurrency: effective.limit }, esm, seen);
    fill();
    agenda.add(clock() + ESM_STEP_MS, step);
  };
  agenda.add(0, step);

  const apply = (wish: PlantWish): void => {
    wantsProbe = wish.wantsProbe;
    const isSame = wish.limit === shown.limit && wish.isEnabled === shown.isEnabled;
    if (isSame || clock() < changingUntilMs) return;
    const { limit, isEnabled, reason } = wish;
    changes.push({ atMs: clock(), limit, isEnabled, reason });
    shown = { limit, isEnabled };
    const delayMs = (options.actuationMs ?? ((roll) => 2_000 + 28_000 * roll()))(dice);
    changingUntilMs = clock() + delayMs / 2;
    followedAtMs = Math.max(followedAtMs + 1, clock() + delayMs);
    agenda.add(followedAtMs, () => {
      if (isEnabled && !effective.isEnabled) esm = startEsm({ maximumConcurrency: limit });
      effective = { limit, isEnabled };
      esm = { ...esm, concurrency: Math.min(esm.concurrency, limit ?? Number.POSITIVE_INFINITY) };
      fill();
    });
  };

  const see = () => ({
    visible: visibleCount(),
    inFlight: inProcess + hidden,
    delayed: 0,
    windows: windows.filter(({ startMs }) => startMs >= signalsNeededFrom(clock(), bounds)),
    windowsFromMs: signalsNeededFrom(clock(), bounds),
    mapping: { ...shown, isChanging: clock() < changingUntilMs, pollers: undefined },
    probe: wantsProbe ? probe() : undefined,
    manual: undefined,
  });
  const probe = (): ProbeResult => (queue.hasProbe ? (isOut() ? "down" : "up") : "none");

  const result = (): PlantResult => ({
    waitsMs,
    ...tally,
    changes,
    lastDoneMs,
    poisoned,
    dead,
    left: visibleCount() + hidden + inProcess,
    accountThrottles,
    peakRunning,
  });

  return { see, apply, result };
};
