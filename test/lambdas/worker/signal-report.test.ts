import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invocationReport } from "../../../lambdas/worker/invocation-report.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import { signalReport } from "../../../lambdas/worker/signal-report.ts";
import type { SignalWriter } from "../../../lambdas/worker/signal-writer.ts";
import type { JobLog } from "../../../lib/core/job-type.ts";
import { addSignals, NO_SIGNALS, type SignalCounts } from "../../../lib/core/signals.ts";
import { envelope } from "../../support/claimed.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { message, setUp as workerOf } from "../../support/worker-setup.ts";

const PLENTY_MS = 10_000;
const ok = (count: number): SignalCounts => ({ ...NO_SIGNALS, ok: count, acceptedMs: count * 7 });

const setUp = (add?: SignalWriter["add"]) => {
  const clock = fakeClock();
  const written: SignalCounts[] = [];
  const writtenAtMs: number[] = [];
  const log: Parameters<JobLog>[] = [];
  const signals: SignalWriter = {
    add: async (counts, nowMs, signal) => {
      writtenAtMs.push(nowMs);
      await add?.(counts, nowMs, signal);
      written.push(counts);
    },
  };
  const report = signalReport({ signals, clock, log: (...line) => void log.push(line) });
  return { clock, written, writtenAtMs, log, report };
};

describe("the report of an environment's signals", () => {
  it("writes at most once a second, and takes along what came between", async () => {
    const { clock, written, report } = setUp();

    for (const count of [1, 2, 3]) {
      await report(ok(count), PLENTY_MS);
      await clock.pass(400);
    }
    await report(ok(4), PLENTY_MS);

    expect(written).toEqual([ok(1), ok(9)]);
  });

  it("takes along what came between even if the next invocation has nothing to tell", async () => {
    const { clock, written, report } = setUp();

    await report(ok(1), PLENTY_MS);
    await report(ok(2), PLENTY_MS);
    await clock.pass(10_000);
    await report(NO_SIGNALS, PLENTY_MS);

    expect(written).toEqual([ok(1), ok(2)]);
  });

  it("drops what came between once it is older than 10 seconds", async () => {
    const { clock, written, report } = setUp();

    await report(ok(1), PLENTY_MS);
    await report(ok(2), PLENTY_MS);
    await clock.pass(10_001);
    await report(ok(4), PLENTY_MS);

    expect(written).toEqual([ok(1), ok(4)]);
  });

  it("drops what came between by the age of its oldest count", async () => {
    const { clock, written, report } = setUp();

    await report(ok(1), 0);
    await clock.pass(6_000);
    await report(ok(2), 0);
    await clock.pass(6_000);
    await report(ok(4), PLENTY_MS);

    expect(written).toEqual([ok(4)]);
  });

  it("writes nothing where there is nothing to tell", async () => {
    const { written, report } = setUp();

    await report(NO_SIGNALS, PLENTY_MS);

    expect(written).toEqual([]);
  });

  it("leaves it to the next invocation where too little time remains", async () => {
    const { written, report } = setUp();

    await report(ok(1), 999);
    await report(ok(2), 1_000);

    expect(written).toEqual([ok(3)]);
  });

  it("tells each attempt once, never twice in a second, whatever the invocations are", async () => {
    const invocation = fc.record({
      gapMs: fc.integer({ min: 0, max: 3_000 }),
      count: fc.integer({ min: 0, max: 5 }),
      remainingMs: fc.constantFrom(0, 999, 1_000, 60_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(invocation, { minLength: 1, maxLength: 30 }), async (invocations) => {
        const { clock, written, writtenAtMs, report } = setUp();
        let carriedSinceMs: number | undefined;
        let total = NO_SIGNALS;

        for (const { gapMs, count, remainingMs } of invocations) {
          await clock.pass(gapMs);
          const before = written.length;
          // More would be dropped by its age.
          const isTooOld = carriedSinceMs !== undefined && clock.nowMs() - carriedSinceMs > 5_000;
          await report(ok(count), isTooOld ? 60_000 : remainingMs);
          total = addSignals(total, ok(count));
          if (written.length > before) carriedSinceMs = undefined;
          else carriedSinceMs ??= clock.nowMs();
        }
        await clock.pass(1_000);
        await report(NO_SIGNALS, 60_000);

        expect(written.reduce(addSignals, NO_SIGNALS)).toEqual(total);
        const gapsMs = writtenAtMs.slice(1).map((atMs, index) => atMs - (writtenAtMs[index] ?? 0));
        expect(gapsMs.filter((ms) => ms < 1_000)).toEqual([]);
      }),
    );
  });
});

describe("a table that does not take signals", () => {
  it("is logged once until it does again, and fails nothing", async () => {
    const answers = [false, false, true, false];
    const { clock, written, log, report } = setUp(async () => {
      if (answers.shift() === false) throw new Error("throughput exceeded");
    });

    const logged: number[] = [];
    for (const count of [1, 2, 3, 4]) {
      await report(ok(count), PLENTY_MS);
      logged.push(log.length);
      await clock.pass(1_000);
    }

    expect(logged).toEqual([1, 1, 1, 2]);
    expect(log[0]).toEqual(["signals.lost", { reason: expect.objectContaining({ message: "throughput exceeded" }) }]);
    expect(written).toEqual([ok(3)]);
  });

  it("is waited for no longer than three quarters of a second, and its call given up", async () => {
    let signal: AbortSignal | undefined;
    const { clock, log, report } = setUp((_counts, _nowMs, given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    let isOver = false;

    const reporting = report(ok(1), 1_000).then(() => {
      isOver = true;
    });
    await clock.pass(749);
    const wasOver = isOver;
    await clock.pass(1);
    await reporting;

    expect(wasOver).toBe(false);
    expect(signal?.aborted).toBe(true);
    expect(log).toHaveLength(1);
    expect(clock.waiting()).toBe(0);
  });

  it("leaves the batch as it is: its jobs are done", async () => {
    const { worker, scaling, clock, log } = workerOf(async () => "done");
    const signals = { add: () => Promise.reject(new Error("throughput exceeded")) };
    const report = invocationReport({ ...scaling.ports, signals, clock, log: worker.log });

    const response = await processBatch({ ...worker, report }, [message(envelope())], () => 65_000);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(log.map(([event]) => event)).toEqual(["job.settled", "signals.lost"]);
    expect(clock.waiting()).toBe(0);
  });
});
