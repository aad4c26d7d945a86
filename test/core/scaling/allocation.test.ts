import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocate,
  idealShares,
  leftForQueues,
  type Shares,
  type ShareWish,
  shortageOf,
} from "../../../lib/core/scaling/allocation.ts";

const wishOf = (given: Partial<ShareWish> = {}): ShareWish => ({
  workSeconds: 0,
  wanted: 0,
  wantedLately: given.wanted ?? 0,
  floor: 2,
  least: 2,
  ceiling: 1_000,
  ...given,
});

/** A queue that could keep anything busy. */
const busy = (workSeconds: number, given: Partial<ShareWish> = {}): ShareWish =>
  wishOf({ workSeconds, wanted: 1_000, ...given });

const total = (shares: Shares): number => Object.values(shares).reduce((sum, share) => sum + share, 0);

const wishes = fc.dictionary(
  fc.constantFrom("a", "b", "c", "d", "e"),
  fc
    .record({
      workSeconds: fc.double({ min: 0, max: 100_000, noNaN: true }),
      wanted: fc.double({ min: 0, max: 1_000, noNaN: true }),
      floor: fc.integer({ min: 2, max: 20 }),
      ceiling: fc.integer({ min: 2, max: 1_000 }),
    })
    .map(({ floor, ceiling, wanted, workSeconds }) =>
      wishOf({ floor: Math.min(floor, ceiling), ceiling, wanted: Math.min(wanted, ceiling), workSeconds }),
    ),
  { minKeys: 1 },
);

const AVAILABLE = fc.integer({ min: 0, max: 1_200 });

describe("what the account leaves to its queues", () => {
  it.each([
    { unreserved: 10, left: 7, why: "2 for the api and 1 for the scaler" },
    { unreserved: 100, left: 89, why: "10 and 1" },
    { unreserved: 1_000, left: 899, why: "100 and 1" },
    { unreserved: 2, left: 0, why: "nothing can be kept below nothing" },
  ])("is $left of $unreserved: $why", ({ unreserved, left }) => {
    expect(leftForQueues({ concurrency: 1_000, unreserved })).toBe(left);
  });
});

describe("a shortage", () => {
  it("begins when queues could use more than there is, and ends a fifth below that", () => {
    const wanting = (wanted: number) => ({ a: wishOf({ wanted }), b: wishOf({ wanted: 20 }) });

    expect(shortageOf(100, wanting(80), false)).toBe("none");
    expect(shortageOf(100, wanting(81), false)).toBe("short");
    expect(shortageOf(100, wanting(61), true)).toBe("short");
    expect(shortageOf(100, wanting(60), true)).toBe("none");
  });

  it("is near where queues that wake up could take a small account at once, unless the stage bounds them", () => {
    expect(shortageOf(7, { a: wishOf() }, false)).toBe("tight");
    expect(shortageOf(7, { a: wishOf({ ceiling: 4 }), b: wishOf({ ceiling: 3 }) }, false)).toBe("none");
    expect(shortageOf(37, { a: wishOf(), b: wishOf() }, false)).toBe("none");
  });
});

describe("allocate", () => {
  it("follows backlog × service time", () => {
    expect(allocate(90, { a: busy(600), b: busy(300) }, {})).toEqual({ a: 60, b: 30 });
  });

  it("keeps each queue's floor, and starves none", () => {
    expect(allocate(7, { a: busy(1_000_000), b: busy(1) }, {})).toEqual({ a: 5, b: 2 });
    expect(allocate(90, { a: busy(1_000_000), b: busy(1, { floor: 20 }) }, {})).toEqual({ a: 70, b: 20 });
  });

  it("keeps a light queue from waiting for the backlog of a heavy one: an even part of a quarter is sure", () => {
    expect(allocate(80, { a: busy(1_000_000), b: busy(5, { wanted: 4 }) }, {})).toEqual({ a: 75, b: 5 });
    expect(allocate(80, { a: busy(1_000_000), b: busy(5) }, {})).toEqual({ a: 70, b: 10 });
  });

  it("gives no queue more than its ceiling, or than a quarter above what it could use, while another could use it", () => {
    expect(allocate(90, { a: busy(1_000, { ceiling: 10 }), b: busy(1) }, {})).toEqual({ a: 10, b: 80 });
    expect(allocate(90, { a: busy(1_000, { wanted: 12 }), b: busy(1) }, {})).toEqual({ a: 15, b: 75 });
  });

  it("goes by what a queue could use in the last minutes, so that a moment's peak or calm moves nothing", () => {
    const light = busy(1, { wanted: 3, wantedLately: 8 });

    expect(allocate(80, { a: busy(1_000_000), b: light }, {})).toEqual({ a: 70, b: 10 });
  });

  it("shares evenly what nobody could use", () => {
    expect(allocate(8, { a: wishOf(), b: wishOf() }, {})).toEqual({ a: 4, b: 4 });
    expect(allocate(7, { a: wishOf(), b: wishOf() }, {})).toEqual({ a: 4, b: 3 });
  });

  it("goes down to the least of 2 where the floors do not fit", () => {
    expect(allocate(10, { a: busy(9, { floor: 8 }), b: busy(1, { floor: 8 }) }, {})).toEqual({ a: 8, b: 2 });
  });

  it("leaves idle queues their 2 uncounted where not even these fit, and shares among the busy", () => {
    const idle = wishOf();

    expect(allocate(7, { a: busy(4), b: busy(4), c: idle, d: idle }, {})).toEqual({ a: 4, b: 3, c: 2, d: 2 });
  });

  it("passes what is available only where more queues are busy than 2 each would fit", () => {
    const all = { a: busy(1), b: busy(2), c: busy(3), d: busy(4) };

    expect(allocate(7, all, {})).toEqual({ a: 2, b: 2, c: 2, d: 2 });
  });

  it("keeps the shares as they are until one would move by a fifth, and then moves all", () => {
    const held = { a: 60, b: 30 };

    expect(allocate(90, { a: busy(630), b: busy(270) }, held)).toEqual(held);
    expect(allocate(90, { a: busy(680), b: busy(220) }, held)).toEqual({ a: 68, b: 22 });
  });

  it("moves small shares by one whole invocation, and not by less", () => {
    expect(allocate(10, { a: busy(58), b: busy(42) }, { a: 5, b: 5 })).toEqual({ a: 5, b: 5 });
    expect(allocate(10, { a: busy(61), b: busy(39) }, { a: 5, b: 5 })).toEqual({ a: 6, b: 4 });
  });

  it("does not keep shares that have become too many", () => {
    expect(total(allocate(80, { a: busy(60), b: busy(30) }, { a: 60, b: 30 }))).toBe(80);
  });

  it("gives whole invocations within the bounds, no more together than are available if the least fit", () => {
    fc.assert(
      fc.property(AVAILABLE, wishes, (available, given) => {
        const shares = allocate(available, given, {});
        const least = Object.keys(given).length * 2;

        expect(Object.keys(shares).sort()).toEqual(Object.keys(given).sort());
        for (const [type, share] of Object.entries(shares)) {
          expect(Number.isInteger(share)).toBe(true);
          expect(share).toBeGreaterThanOrEqual(2);
          expect(share).toBeLessThanOrEqual(given[type]?.ceiling ?? 0);
        }
        if (least <= available) expect(total(shares)).toBeLessThanOrEqual(available);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps every floor if all of them fit, and leaves nothing that a queue could use", () => {
    fc.assert(
      fc.property(AVAILABLE, wishes, (available, given) => {
        const floors = Object.values(given).reduce((sum, { floor }) => sum + floor, 0);
        fc.pre(floors <= available);
        const shares = allocate(available, given, {});

        for (const [type, { floor }] of Object.entries(given)) expect(shares[type]).toBeGreaterThanOrEqual(floor);
        const canTakeMore = Object.entries(given).some(([type, { ceiling }]) => (shares[type] ?? 0) < ceiling);
        const hasAppetite = Object.entries(given).some(([type, { wanted }]) => (shares[type] ?? 0) < wanted - 1);
        if (canTakeMore && hasAppetite) expect(total(shares)).toBe(available);
      }),
      { numRuns: 300 },
    );
  });

  it("gives a queue no less when its work grows", () => {
    fc.assert(
      fc.property(AVAILABLE, wishes, fc.double({ min: 1, max: 100, noNaN: true }), (available, given, factor) => {
        const [type, wish] = Object.entries(given)[0] as [string, ShareWish];
        const wanted = Math.min(wish.ceiling, wish.wanted * factor);
        const more = {
          ...given,
          [type]: { ...wish, wanted, wantedLately: wanted, workSeconds: wish.workSeconds * factor },
        };

        expect(idealShares(available, more)[type] ?? 0).toBeGreaterThan(
          (idealShares(available, given)[type] ?? 0) - 1e-3,
        );
      }),
      { numRuns: 300 },
    );
  });

  it("changes nothing when it is asked again with its own shares", () => {
    fc.assert(
      fc.property(AVAILABLE, wishes, (available, given) => {
        const shares = allocate(available, given, {});

        expect(allocate(available, given, shares)).toEqual(shares);
      }),
      { numRuns: 300 },
    );
  });
});
