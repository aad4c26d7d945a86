import { describe, expect, it } from "vitest";
import { BOUNDS, limited, memoryScaler, PAUSED } from "../../support/memory-scaler.ts";

/** One look: a run that is over before it could look again. */
const oneLook = { remainingMs: () => 0 };

describe("a look at a queue", () => {
  it.each([
    { timeoutSeconds: 10, lookBackMs: 120_000 },
    { timeoutSeconds: 100, lookBackMs: 500_000 },
    { timeoutSeconds: 895, lookBackMs: 1_800_000 },
  ])("looks $lookBackMs ms back for jobs of at most $timeoutSeconds s", async ({ timeoutSeconds, lookBackMs }) => {
    const { run, copy, queue, callsOf } = memoryScaler();
    queue().depth = { visible: 1, inFlight: 0, delayed: 0 };
    const queues = { work: { queueUrl: "work", queueArn: "work", bounds: { ...BOUNDS, timeoutSeconds } } };

    await run(copy({ queues }));

    expect(callsOf("signals")).toEqual([`signals work ${lookBackMs}`]);
  });

  it("probes where the last decision asked for it, and only there", async () => {
    const { run, copy, queue, asked, callsOf } = memoryScaler(["work", "other"]);
    queue().wanted = PAUSED;
    queue().probe = "down";

    await run(copy(), oneLook);
    expect(callsOf("probe")).toEqual([]);
    await run(copy(), oneLook);

    expect(callsOf("probe")).toEqual(["probe function-of-work"]);
    expect(asked[1]?.queues.work?.seen.probe).toBe("down");
    expect(asked[1]?.queues.other?.seen.probe).toBeUndefined();
  });

  it("takes a probe that never answers for one that tells nothing", async () => {
    const { run, copy, clock, queue, asked } = memoryScaler();
    queue().wanted = PAUSED;
    await run(copy(), oneLook);

    const running = run(copy({ probe: () => new Promise<never>(() => undefined) }), oneLook);
    await clock.pass(13_000);
    await running;

    expect(asked[1]?.queues.work?.seen.probe).toBe("unknown");
  });
});

describe("a queue that cannot be read", () => {
  it("stays as it is, and the others are decided", async () => {
    const { run, copy, queue, asked, kept, log, printed } = memoryScaler(["work", "other"]);
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    queue().failure = new Error("no such queue");
    queue("other").wanted = limited(5);

    await run(copy(), oneLook);

    expect(Object.keys(asked[1]?.queues ?? {})).toEqual(["other"]);
    expect(queue().mapping?.limit).toBe(20);
    expect(queue("other").mapping?.limit).toBe(5);
    expect(kept.state?.queues.work?.decision).toMatchObject({ mode: "limited", limit: 20 });
    expect(log.filter(([event]) => event === "queue.unread")).toMatchObject([
      ["queue.unread", { queue: "work", reason: { message: "no such queue" } }],
    ]);
    expect(printed.at(-2)).toMatchObject({ jobType: "work", Limit: 20 });
  });

  it("keeps what it holds of the account from the others", async () => {
    const { run, copy, queue, account, asked } = memoryScaler(["work", "other"]);
    account.seen = { concurrency: 50, unreserved: 40 };
    queue().wanted = limited(20);
    await run(copy(), oneLook);
    queue().failure = new Error("no such queue");

    await run(copy(), oneLook);

    expect(asked[1]?.account).toEqual({ concurrency: 30, unreserved: 20 });
  });

  it("is one that answers too late, too", async () => {
    const { run, copy, clock, asked, log } = memoryScaler(["work", "other"]);
    const { depths } = copy();
    const read = (url: string, signal: AbortSignal) =>
      url === "work" ? new Promise<never>(() => undefined) : depths.read(url, signal);

    const running = run(copy({ depths: { read } }), oneLook);
    await clock.pass(6_000);
    await running;

    expect(Object.keys(asked[0]?.queues ?? {})).toEqual(["other"]);
    expect(log).toMatchObject([["queue.unread", { queue: "work" }]]);
  });

  it("is one that no mapping reads", async () => {
    const { run, queue, log } = memoryScaler();
    queue().mapping = undefined;

    await run();

    expect(log).toMatchObject([["queue.unread", { reason: { message: expect.stringContaining("none does") } }]]);
  });
});
