import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptedAtOnce, markAt, recent, serviceMs, since } from "../../../lib/core/scaling/capacity.ts";
import { NO_SIGNALS, type SignalCounts, type SignalWindow, signalWindowAt } from "../../../lib/core/signals.ts";

const window = (startMs: number, counts: Partial<SignalCounts>): SignalWindow => ({
  startMs,
  counts: { ...NO_SIGNALS, ...counts },
});

/** Windows that were all read. */
const readFrom = (windows: readonly SignalWindow[], windowsFromMs = 0) => ({ windows, windowsFromMs });

/** Windows as workers write them: slots that are always busy, each attempt counted when it ends. */
const busy = (slots: number, eachMs: number, untilMs: number): readonly SignalWindow[] => {
  const windows = new Map<number, SignalWindow>();
  for (let slot = 0; slot < slots; slot += 1) {
    for (let endMs = (eachMs * (slot + 1)) / slots; endMs < untilMs; endMs += eachMs) {
      const startMs = signalWindowAt(endMs);
      const { counts } = windows.get(startMs) ?? window(startMs, {});
      windows.set(startMs, window(startMs, { ok: counts.ok + 1, acceptedMs: counts.acceptedMs + eachMs }));
    }
  }
  return [...windows.values()].toSorted((first, second) => first.startMs - second.startMs);
};

describe("what was accepted at once", () => {
  it.each([
    { eachMs: 200, spanMs: 20_000 },
    { eachMs: 5_000, spanMs: 20_000 },
    { eachMs: 30_000, spanMs: 60_000 },
    { eachMs: 120_000, spanMs: 240_000 },
  ])("is the number of busy slots with attempts of $eachMs ms, over twice as long", ({ eachMs, spanMs }) => {
    const windows = busy(20, eachMs, 900_000);

    expect(acceptedAtOnce(recent(windows, 900_000, spanMs))).toBeCloseTo(20, 0);
  });

  it("counts what was accepted, however it ended, and nothing that was refused", () => {
    const span = { counts: { ...NO_SIGNALS, ok: 1, permanent: 1, pressure: 99, acceptedMs: 4_000, refusedMs: 9_000 } };

    expect(acceptedAtOnce({ ...span, elapsedMs: 2_000 })).toBe(2);
  });
});

describe("what attempts met since a mark", () => {
  it("leaves out what the mark's window had by then", () => {
    const mark = markAt([window(10_000, { ok: 5, pressure: 2 })], 14_000);
    const later = [window(0, { ok: 100 }), window(10_000, { ok: 9, pressure: 2 }), window(20_000, { ok: 1 })];

    expect(since(readFrom(later), mark, 24_000)).toEqual({ counts: { ...NO_SIGNALS, ok: 5 }, elapsedMs: 10_000 });
  });

  it("is counted from where the windows begin, if the mark is older, or of a clock that was ahead", () => {
    const read = readFrom([window(110_000, { ok: 4 }), window(120_000, { ok: 6 })], 110_000);

    for (const atMs of [5_000, 3_600_000]) {
      const mark = { atMs, counts: { ...NO_SIGNALS, ok: 3 } };
      expect(since(read, mark, 130_000)).toEqual({ counts: { ...NO_SIGNALS, ok: 10 }, elapsedMs: 20_000 });
    }
  });

  it("adds up to the whole over any two marks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 0, max: 20_000 }),
        (oks, atMs) => {
          const windows = oks.map((ok, index) => window(index * 10_000, { ok }));
          const nowMs = oks.length * 10_000;
          const first = since(readFrom(windows), { atMs: 0, counts: NO_SIGNALS }, nowMs).counts.ok;
          const seenThen = windows.filter(({ startMs }) => startMs <= atMs);
          const then = since(readFrom(seenThen), { atMs: 0, counts: NO_SIGNALS }, atMs).counts.ok;

          expect(then + since(readFrom(windows), markAt(seenThen, atMs), nowMs).counts.ok).toBe(first);
        },
      ),
    );
  });
});

describe("how long an attempt runs", () => {
  it("is taken from the latest windows that have enough of them", () => {
    const windows = [window(0, { ok: 100, acceptedMs: 900_000 }), window(10_000, { ok: 30, acceptedMs: 60_000 })];

    expect(serviceMs(windows)).toBe(2_000);
  });

  it("is unknown where none was accepted, or where they were cut off", () => {
    expect(serviceMs([window(0, { pressure: 100 })])).toBeUndefined();
    expect(serviceMs([window(0, { ok: 5, timedOut: 20, acceptedMs: 600_000 })])).toBeUndefined();
  });
});
