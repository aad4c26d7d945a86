import { describe, expect, it } from "vitest";
import { limited, memoryScaler, OPEN } from "../../support/memory-scaler.ts";

/** A setup whose queue is pressed, and the seconds of its looks since the start. */
const pressed = () => {
  const setUp = memoryScaler();
  setUp.queue().wanted = limited(20);
  const startMs = setUp.clock.nowMs();
  const looks = () => setUp.asked.map(({ nowMs }) => (nowMs - startMs) / 1_000);
  return { ...setUp, looks };
};

describe("a run of the scaler", () => {
  it("looks once, without the lease, while nothing needs a closer look", async () => {
    const { run, asked, callsOf } = memoryScaler();

    await run();
    await run();

    expect(asked).toHaveLength(2);
    // The first look of all has a state to write; the second has not.
    expect(callsOf("take-lease")).toHaveLength(1);
  });

  it("looks each ten seconds while a decision needs it, until its minute is over, and gives the lease back", async () => {
    const { run, clock, looks, kept } = pressed();

    const running = run();
    await clock.pass(60_000);
    await running;

    expect(looks()).toEqual([0, 10, 20, 30, 40, 50]);
    expect(kept.lease).toBeUndefined();
  });

  it("ends with the first look that finds all calm", async () => {
    const { run, clock, looks, queue, kept } = pressed();

    const running = run();
    await clock.pass(15_000);
    queue().wanted = OPEN;
    await clock.pass(5_000);
    await running;

    expect(looks()).toEqual([0, 10, 20]);
    expect(kept.lease).toBeUndefined();
  });

  it("begins no look that the function's time may not be enough for", async () => {
    const { run, clock, copy, looks } = pressed();
    const endsMs = clock.nowMs() + 45_000;

    const running = run(copy(), { remainingMs: () => endsMs - clock.nowMs() });
    await clock.pass(60_000);
    await running;

    expect(looks()).toEqual([0, 10, 20]);
  });

  it("goes on in the next minute where the one before left off, with no gap", async () => {
    const { run, clock, looks } = pressed();

    for (let minute = 0; minute < 2; minute += 1) {
      const running = run();
      await clock.pass(60_000);
      await running;
    }

    expect(looks()).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110]);
  });

  it("gives the lease back when a look fails", async () => {
    const { run, clock, copy, kept, queue } = pressed();
    await Promise.all([run(), clock.pass(60_000)]);
    const decide = () => {
      throw new Error("no decision");
    };

    await expect(run(copy({ decide }))).rejects.toThrow("no decision");

    expect(queue().mapping?.limit).toBe(20);
    expect(kept.lease).toBeUndefined();
  });

  it("only notes that it could not give the lease back, since it runs out by itself", async () => {
    const { run, copy, log } = memoryScaler();
    const scaler = copy();
    const giveBackLease = () => Promise.reject(new Error("no table"));

    await run({ ...scaler, store: { ...scaler.store, giveBackLease } });

    expect(log.map(([event]) => event)).toEqual(["lease.kept"]);
  });
});

describe("two copies of the scaler", () => {
  it("do the work once: the second finds the lease taken and ends at once, with one read", async () => {
    const { run, clock, calls, asked } = pressed();

    const first = run();
    await clock.pass(5_000);
    const before = calls.length;
    await run();

    expect(calls.slice(before)).toEqual(["read"]);
    await clock.pass(55_000);
    await first;
    expect(asked).toHaveLength(6);
  });

  it("do the work once where they start at the same moment", async () => {
    const { run, clock, callsOf } = pressed();

    const both = [run(), run()];
    await clock.pass(60_000);
    await Promise.all(both);

    expect(callsOf("change")).toEqual(['change mapping-of-work {"limit":20}']);
    expect(callsOf("give-back-lease")).toHaveLength(1);
  });

  it("end where they are woken while another is between close looks", async () => {
    const { run, clock, copy, calls } = pressed();

    const first = run();
    await clock.pass(45_000);
    const before = calls.length;
    await run(copy(), { isWoken: true });

    expect(calls.slice(before)).toEqual(["read"]);
    await clock.pass(15_000);
    await first;
  });

  it("look at once where they are woken while nobody holds the lease", async () => {
    const { run, clock, copy, queue, looks, kept } = pressed();
    queue().wanted = OPEN;
    await run();
    await clock.pass(20_000);

    queue().wanted = limited(8);
    const woken = run(copy(), { isWoken: true });
    await clock.pass(0);

    expect(looks()).toEqual([0, 20]);
    expect(queue().mapping?.limit).toBe(8);
    await clock.pass(60_000);
    await woken;
    expect(kept.lease).toBeUndefined();
  });

  it("hand over from a woken run to the scheduled one, so that no minute is left without looks", async () => {
    const { run, clock, copy, looks } = pressed();

    const woken = run(copy(), { isWoken: true });
    await clock.pass(25_000);
    const scheduled = run();
    await clock.pass(60_000);
    await Promise.all([woken, scheduled]);

    expect(looks()).toEqual([0, 10, 20, 25, 35, 45, 55, 65, 75]);
  });

  it("hand over from a scheduled run that is about to end, where the schedule comes early", async () => {
    const { run, clock, looks } = pressed();

    const first = run();
    await clock.pass(47_000);
    const second = run();
    await clock.pass(60_000);
    await Promise.all([first, second]);

    expect(looks()).toEqual([0, 10, 20, 30, 40, 47, 57, 67, 77, 87, 97]);
  });
});

describe("a run that died", () => {
  it.each([0, 10, 50])("blocks no run of the next minute, having died %i s into its own", async (diedSeconds) => {
    const { clock, copy, run, asked, kept } = pressed();
    const { store } = copy();
    const diesMs = clock.nowMs() + diedSeconds * 1_000;
    const dying = run(copy({ store: { ...store, giveBackLease: () => Promise.reject(new Error("dead")) } }), {
      remainingMs: () => (clock.nowMs() < diesMs ? 120_000 : 0),
    });
    await clock.pass(diedSeconds * 1_000);
    await dying;
    expect(kept.lease?.untilMs).toBeGreaterThan(clock.nowMs());

    await clock.pass(60_000 - diedSeconds * 1_000);
    const looks = asked.length;
    const next = run();
    await clock.pass(0);

    expect(asked.length).toBe(looks + 1);
    await clock.pass(60_000);
    await next;
  });

  it("blocks a woken run for less than half a minute", async () => {
    const { clock, crashingRun, run, copy, asked } = pressed();
    await crashingRun();

    await clock.pass(20_000);
    await run(copy(), { isWoken: true });
    expect(asked).toHaveLength(1);

    await clock.pass(10_000);
    const woken = run(copy(), { isWoken: true });
    await clock.pass(60_000);
    await woken;
    expect(asked.length).toBeGreaterThan(1);
  });
});
