import { describe, expect, it } from "vitest";
import type { WakeScaler } from "../../../lambdas/shared/scaler-waker.ts";
import { invocationReport } from "../../../lambdas/worker/invocation-report.ts";
import { lazyWaker, type PressedInvocation, pressureWake } from "../../../lambdas/worker/pressure-wake.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import type { JobLog } from "../../../lib/core/job-type.ts";
import { Throttled } from "../../../lib/core/outcome.ts";
import { NO_SIGNALS, type SignalCounts } from "../../../lib/core/signals.ts";
import { envelope } from "../../support/claimed.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { message, setUp as workerOf } from "../../support/worker-setup.ts";

const counts = (some: Partial<SignalCounts>): SignalCounts => ({ ...NO_SIGNALS, ...some });
const PRESSED = counts({ pressure: 1 });

const setUp = (wakeScaler: WakeScaler = async () => undefined) => {
  const clock = fakeClock();
  const wokenAtMs: number[] = [];
  const log: Parameters<JobLog>[] = [];
  const wakeAfter = pressureWake({
    wakeScaler: (signal) => {
      wokenAtMs.push(clock.nowMs());
      return wakeScaler(signal);
    },
    clock,
    log: (...line) => void log.push(line),
  });
  const wake = (signals: SignalCounts, more: Partial<PressedInvocation> = {}): Promise<void> =>
    wakeAfter({ signals, isTold: true, remainingMs: 10_000, ...more });
  return { clock, wokenAtMs, log, wake };
};

describe("a worker", () => {
  it.each([
    ["half of its attempts were refused", { pressure: 2, ok: 2 }],
    ["half of its attempts ran out of time", { timedOut: 1, ok: 1 }],
    ["its only attempt was refused", { pressure: 1 }],
    ["both together are half", { pressure: 1, timedOut: 1, ok: 1, permanent: 1 }],
  ])("wakes the scaler where %s", async (_, some) => {
    const { wake, wokenAtMs } = setUp();

    await wake(counts(some));

    expect(wokenAtMs).toHaveLength(1);
  });

  it.each([
    ["less than half of its attempts were refused", { pressure: 2, ok: 3 }],
    ["nothing ran", {}],
    ["all goes well", { ok: 5, calls: 5, callMs: 500 }],
    ["all jobs are poison", { permanent: 5 }],
    ["all attempts fail for other reasons", { transient: 5 }],
    ["those that fail otherwise are more than the refused", { pressure: 1, transient: 1, permanent: 1 }],
  ])("lets the scaler sleep where %s", async (_, some) => {
    const { wake, wokenAtMs } = setUp();

    await wake(counts(some));

    expect(wokenAtMs).toEqual([]);
  });

  it("wakes the scaler at most once in 10 seconds, however many invocations are pressed", async () => {
    const { clock, wake, wokenAtMs } = setUp();
    const startMs = clock.nowMs();

    for (let atMs = 0; atMs <= 25_000; atMs += 500) {
      await wake(PRESSED);
      await clock.pass(500);
    }

    expect(wokenAtMs.map((ms) => ms - startMs)).toEqual([0, 10_000, 20_000]);
  });

  it("leaves it to the next invocation where too little time remains", async () => {
    const { wake, wokenAtMs } = setUp();

    await wake(PRESSED, { remainingMs: 1_999 });
    const before = wokenAtMs.length;
    await wake(PRESSED, { remainingMs: 2_000 });

    expect(before).toBe(0);
    expect(wokenAtMs).toHaveLength(1);
  });

  it("wakes the scaler once it can read of the pressure, by whichever invocation tells it", async () => {
    const { clock, wake, wokenAtMs } = setUp();
    const startMs = clock.nowMs();

    await wake(PRESSED, { isTold: false });
    await clock.pass(400);
    await wake(counts({ ok: 5 }), { isTold: false });
    await clock.pass(600);
    await wake(counts({ ok: 5 }));
    await clock.pass(10_000);
    await wake(counts({ ok: 5 }));

    expect(wokenAtMs.map((ms) => ms - startMs)).toEqual([1_000]);
  });

  it("forgets pressure that it has told less than 10 seconds after it woke the scaler", async () => {
    const { clock, wake, wokenAtMs } = setUp();

    await wake(PRESSED);
    await clock.pass(9_000);
    await wake(PRESSED);
    await clock.pass(9_000);
    await wake(counts({ ok: 5 }));

    expect(wokenAtMs).toHaveLength(1);
  });

  it("goes on where the scaler cannot be woken, and says so", async () => {
    const { wake, log } = setUp(() => Promise.reject(new Error("AccessDenied")));

    await wake(PRESSED);

    expect(log).toEqual([["scaler.not-woken", { reason: expect.objectContaining({ message: "AccessDenied" }) }]]);
  });

  it("gives up after a second and a half where Lambda does not answer", async () => {
    let signal: AbortSignal | undefined;
    const { clock, wake, log } = setUp((given) => {
      signal = given;
      return new Promise(() => undefined);
    });

    const waking = wake(PRESSED);
    await clock.pass(1_500);
    await waking;

    expect(signal?.aborted).toBe(true);
    expect(log).toHaveLength(1);
    expect(clock.waiting()).toBe(0);
  });

  it("writes its signals before it wakes the scaler, which reads them at once", async () => {
    const { worker, scaling, clock } = workerOf(async () => {
      throw new Throttled();
    });
    const order: string[] = [];
    const report = invocationReport({
      ...scaling.ports,
      signals: { add: async () => void order.push("signals") },
      wakeScaler: async () => void order.push("wake"),
      clock,
      log: worker.log,
    });

    const work = (seed: number) => processBatch({ ...worker, report }, [message(envelope({ seed }))], () => 65_000);
    await work(1);
    await clock.pass(9_500);
    await work(2);
    await clock.pass(500);
    // Too soon after the last write to tell of it.
    await work(3);
    await clock.pass(500);
    await work(4);

    expect(order).toEqual(["signals", "wake", "signals", "signals", "wake"]);
  });
});

describe("what a worker needs to wake the scaler", () => {
  it("is loaded when it is first needed, and once", async () => {
    let loads = 0;
    let wakes = 0;
    const wake = lazyWaker(async () => {
      loads += 1;
      return async () => {
        wakes += 1;
      };
    });
    const atFirst = loads;

    await wake(new AbortController().signal);
    await wake(new AbortController().signal);

    expect([atFirst, loads, wakes]).toEqual([0, 1, 2]);
  });
});
