import { describe, expect, it } from "vitest";
import { NO_SIGNALS } from "../../../lib/core/signals.ts";
import { BOUNDS, foundMapping, limited, memoryScaler, OPEN, PAUSED } from "../../support/memory-scaler.ts";

const EVENTS = (log: readonly (readonly [string, unknown])[]): readonly string[] => log.map(([event]) => event);

/** One look: a run that is over before it could look again. */
const oneLook = { remainingMs: () => 0 };

describe("a look", () => {
  it("makes the mapping as it is decided, and says what it changed, to what, and why", async () => {
    const { run, copy, queue, log } = memoryScaler();
    queue().wanted = limited(20);

    await run(copy(), oneLook);

    expect(queue().mapping).toMatchObject({ limit: 20, isEnabled: true });
    expect(log).toEqual([
      [
        "queue.changed",
        {
          queue: "work",
          from: { limit: null, isEnabled: true },
          to: { limit: 20, isEnabled: true },
          mode: "limited",
          reason: "pressed at 20",
        },
      ],
    ]);
  });

  it("says nothing, and changes nothing, where the mapping is as decided", async () => {
    const { run, callsOf, log, printed } = memoryScaler();

    await run();

    expect(callsOf("change")).toEqual([]);
    expect([log, printed]).toEqual([[], []]);
  });

  it("prints the limit and the pause of queues that are not open, and of no other", async () => {
    const { run, copy, queue, printed } = memoryScaler(["calm", "pressed", "paused"]);
    queue("pressed").wanted = limited(20);
    queue("paused").wanted = PAUSED;

    await run(copy(), oneLook);

    expect(printed).toMatchObject([
      { stage: "dev", jobType: "pressed", Limit: 20, Paused: 0 },
      { stage: "dev", jobType: "paused", Paused: 1 },
    ]);
    expect(printed[1]).not.toHaveProperty("Limit");
    expect(printed[1]).not.toHaveProperty("ByHand");
  });

  it("prints of a queue that is held by hand that it is, also where it is open", async () => {
    const { run, copy, queue, printed } = memoryScaler(["held"]);
    queue("held").wanted = { ...limited(20), mode: "open", isManual: true };

    await run(copy(), oneLook);

    expect(printed).toMatchObject([{ jobType: "held", Limit: 20, Paused: 0, ByHand: 1 }]);
  });

  it("writes a state that says the same as before each five minutes, so that it tells the scaler lives", async () => {
    const { run, clock, callsOf, kept } = memoryScaler();
    const startMs = clock.nowMs();

    for (let minute = 0; minute <= 10; minute += 1) {
      await run();
      await clock.pass(60_000);
    }

    expect(callsOf("write-state")).toHaveLength(3);
    expect(kept.state).toMatchObject({ version: 3, decidedAtMs: startMs + 600_000 });
  });

  it("hands the policy what it remembered, as JSON has it", async () => {
    const { run, clock, policy, asked } = memoryScaler();
    policy.remember = (before) => {
      const { looks } = (before ?? { looks: 0 }) as { readonly looks: number };
      return { looks: looks + 1, nothing: undefined };
    };

    for (let minute = 0; minute < 3; minute += 1) {
      await run();
      await clock.pass(60_000);
    }

    expect(asked.map(({ queues }) => queues.work?.memory)).toEqual([undefined, { looks: 1 }, { looks: 2 }]);
  });

  it("hands the policy what is set by hand, and nothing once it is lifted", async () => {
    const { run, manual, asked } = memoryScaler(["work", "other"]);
    manual.work = { kind: "limit", limit: 7, sinceMs: 1 };
    await run();
    delete manual.work;
    await run();

    expect(asked[0]?.queues.work?.seen.manual).toEqual({ kind: "limit", limit: 7, sinceMs: 1 });
    expect(asked[0]?.queues.other?.seen.manual).toBeUndefined();
    expect(asked[1]?.queues.work?.seen.manual).toBeUndefined();
  });

  it("hands the policy depth, mapping, signals and the account", async () => {
    const { run, queue, account, asked, clock } = memoryScaler();
    const windows = [{ startMs: 0, counts: { ...NO_SIGNALS, ok: 3 } }];
    Object.assign(queue(), { depth: { visible: 4, inFlight: 2, delayed: 1 }, windows });
    queue().mapping = foundMapping("work", { limit: 9, pollers: { min: 2, max: 5 } });
    account.seen = { concurrency: 10, unreserved: 7 };

    await run();

    expect(asked[0]).toEqual({
      nowMs: clock.nowMs(),
      account: { concurrency: 10, unreserved: 7 },
      queues: {
        work: {
          bounds: BOUNDS,
          memory: undefined,
          seen: {
            visible: 4,
            inFlight: 2,
            delayed: 1,
            windows,
            windowsFromMs: expect.any(Number),
            mapping: { limit: 9, isEnabled: true, isChanging: false, pollers: { min: 2, max: 5 } },
            probe: undefined,
            manual: undefined,
          },
        },
      },
    });
  });

  it("decides with a memory that it cannot read as with none, and says so", async () => {
    const { run, copy, queue, kept, log } = memoryScaler();
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    const { decide } = copy();
    const picky: typeof decide = (input) => {
      if (input.queues.work?.memory !== undefined) throw new TypeError("no such field");
      return decide(input);
    };
    queue().wanted = limited(5);
    await run(copy({ decide: picky }), oneLook);

    expect(queue().mapping?.limit).toBe(5);
    expect(kept.state?.version).toBe(2);
    expect(EVENTS(log)).toContain("state.unreadable");
  });

  it("goes by the account as it was last read where a new environment cannot read it", async () => {
    const { run, copy, account, asked } = memoryScaler();
    account.seen = { concurrency: 10, unreserved: 10 };
    await run(copy(), oneLook);
    account.seen = new Error("no answer");
    await run(copy(), oneLook);

    expect(asked[1]?.account).toEqual({ concurrency: 10, unreserved: 10 });
  });

  it("decides without a shortage where the account was never read", async () => {
    const { run, account, asked, log } = memoryScaler();
    account.seen = new Error("no answer");

    await run();

    expect(asked[0]?.account.concurrency).toBeGreaterThan(100_000);
    expect(EVENTS(log)).toEqual(["account.unknown"]);
  });
});

describe("the state", () => {
  it("keeps a copy that works on an older one from changing anything", async () => {
    const { run, copy, queue, kept, callsOf } = memoryScaler();
    const slow = Promise.withResolvers<void>();
    const scaler = copy();
    const account = async (signal: AbortSignal) => {
      await slow.promise;
      return scaler.account(signal);
    };
    // It has read the state, and waits; its policy will say 500.
    const outdated = run(
      copy({
        account,
        decide: ({ queues }) =>
          Object.fromEntries(Object.keys(queues).map((type) => [type, { decision: limited(500), memory: {} }])),
      }),
      oneLook,
    );
    queue().wanted = limited(20);
    await run(copy(), oneLook);

    slow.resolve();
    await outdated;

    expect(callsOf("write-state")).toHaveLength(2);
    expect(kept.state).toMatchObject({ version: 1, queues: { work: { decision: { limit: 20 } } } });
    expect(callsOf("change")).toEqual(['change mapping-of-work {"limit":20}']);
  });

  it("is written before a mapping is changed, even where it says the same as before", async () => {
    const { run, copy, queue, calls } = memoryScaler();
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    queue().mapping = foundMapping("work");
    const before = calls.length;

    await run(copy(), oneLook);

    const since = calls.slice(before).map((call) => call.split(" ")[0]);
    expect(since.indexOf("write-state")).toBeGreaterThan(-1);
    expect(since.indexOf("write-state")).toBeLessThan(since.indexOf("change"));
  });

  it("outlives a crash between writing it and changing the mapping: the next minute's run changes it", async () => {
    const { crashingRun, run, clock, queue, kept } = memoryScaler();
    queue().wanted = limited(20);
    queue().takes = "never";
    await crashingRun();
    expect(kept.state?.queues.work?.decision.limit).toBe(20);
    expect(queue().mapping?.limit).toBeUndefined();

    queue().takes = "changed";
    await clock.pass(60_000);
    const next = run();
    await clock.pass(0);

    expect(queue().mapping?.limit).toBe(20);
    await clock.pass(60_000);
    await next;
  });

  it("outlives a deployment that resets the mapping: a pause goes on, and a limit comes back", async () => {
    const { run, copy, queue } = memoryScaler(["work", "other"]);
    queue().wanted = PAUSED;
    queue("other").wanted = limited(20);
    await run(copy(), oneLook);
    for (const type of ["work", "other"]) queue(type).mapping = foundMapping(type);

    await run(copy(), oneLook);

    expect(queue().mapping?.isEnabled).toBe(false);
    expect(queue("other").mapping?.limit).toBe(20);
  });

  it("forgets job types that the stage no longer has", async () => {
    const { run, copy, kept } = memoryScaler(["work", "gone"]);
    await run();

    await run(copy({ queues: { work: { queueUrl: "work", queueArn: "work", bounds: BOUNDS } } }));

    expect(Object.keys(kept.state?.queues ?? {})).toEqual(["work"]);
  });
});

describe("a pressed queue whose state says so", () => {
  it("is looked at closely by a new run from its first look on, with the lease", async () => {
    const { run, copy, queue, calls } = memoryScaler();
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    const before = calls.length;

    await run(copy(), oneLook);

    expect(calls.slice(before, before + 2)).toEqual(["read", "take-lease"]);
  });

  it("is open again in the log when it is", async () => {
    const { run, copy, queue, log, printed } = memoryScaler();
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    queue().wanted = { ...OPEN, reason: "no more pressure" };

    await run(copy(), oneLook);

    expect(log.at(-1)).toMatchObject([
      "queue.changed",
      { to: { limit: null }, mode: "open", reason: "no more pressure" },
    ]);
    expect(printed).toHaveLength(1);
  });
});
