import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ProtectionMemory, type ProtectionWish, protect } from "../../../lib/core/scaling/protection.ts";
import type { ProbeResult, QueueBounds, QueueSeen } from "../../../lib/core/scaling/queue-scaling.ts";
import { NO_SIGNALS, type SignalCounts, type SignalWindow } from "../../../lib/core/signals.ts";
import { PLAIN_BOUNDS } from "./plant-cases.ts";

const LOOK_MS = 10_000;

/** Ten seconds of a queue whose mapping follows at once. */
type Scene = Partial<SignalCounts> & {
  readonly visible?: number;
  readonly inFlight?: number;
  readonly probe?: ProbeResult;
  /** Whether Lambda does not take the change that the look asks for. */
  readonly isStuck?: boolean;
};

/** Twenty jobs of a second at once, and no trouble. */
const WELL: Scene = { ok: 200, acceptedMs: 200_000, visible: 1_000 };
/** As much is done, but more is asked for. */
const FULL: Scene = { ...WELL, pressure: 1_000, refusedMs: 40_000 };
const FULL_COUNTS = { ok: 200, acceptedMs: 200_000, pressure: 1_000, refusedMs: 40_000 };
const REFUSING = { pressure: 1_000, refusedMs: 40_000 };
const OUT: Scene = { pressure: 1_000, refusedMs: 40_000, visible: 1_000 };
const SILENT: Scene = { visible: 1_000 };

const repeat = (scene: Scene, times: number): readonly Scene[] => Array.from({ length: times }, () => scene);

const play = (
  scenes: readonly Scene[],
  bounds: QueueBounds = PLAIN_BOUNDS,
): { readonly wishes: readonly ProtectionWish[]; readonly last: ProtectionWish } => {
  const wishes: ProtectionWish[] = [];
  const windows: SignalWindow[] = [];
  let memory: ProtectionMemory | undefined;
  let mapping: QueueSeen["mapping"] = { limit: bounds.ceiling, isEnabled: true, isChanging: false, pollers: undefined };
  for (const [index, { visible = 0, inFlight = 0, probe, isStuck = false, ...counts }] of scenes.entries()) {
    windows.push({ startMs: index * LOOK_MS, counts: { ...NO_SIGNALS, ...counts } });
    const seen = { visible, inFlight, delayed: 0, windows, windowsFromMs: 0, mapping, probe, manual: undefined };
    const answer = protect({ nowMs: (index + 1) * LOOK_MS, bounds, seen, memory });
    memory = JSON.parse(JSON.stringify(answer.memory)) as ProtectionMemory;
    if (!isStuck) mapping = { ...mapping, limit: answer.wish.limit, isEnabled: answer.wish.isEnabled };
    wishes.push(answer.wish);
  }
  return { wishes, last: wishes.at(-1) as ProtectionWish };
};

describe("protection without pressure", () => {
  it.each([
    { of: "a full queue", scene: WELL },
    { of: "an empty one", scene: {} },
    { of: "transient errors alone", scene: { transient: 200, acceptedMs: 200_000, visible: 1_000 } },
    { of: "permanent errors alone", scene: { permanent: 200, acceptedMs: 200_000, visible: 1_000 } },
    { of: "half of the attempts out of time", scene: { ok: 100, timedOut: 100, acceptedMs: 200_000, visible: 1_000 } },
    { of: "refusals of one attempt in a hundred", scene: { ...WELL, pressure: 2 } },
  ])("leaves $of alone", ({ scene }) => {
    for (const wish of play(repeat(scene, 60)).wishes) {
      expect(wish).toMatchObject({ mode: "open", limit: undefined, isEnabled: true, wantsProbe: false });
    }
  });

  it("asks for the stage's ceiling where there is one", () => {
    expect(play(repeat(WELL, 3), { ...PLAIN_BOUNDS, ceiling: 50 }).last).toMatchObject({ mode: "open", limit: 50 });
  });
});

describe("protection under pressure", () => {
  it("limits to what the downstream bore, once that is known", () => {
    const { wishes } = play([...repeat(WELL, 3), ...repeat(FULL, 3)]);

    expect(wishes.map(({ mode }) => mode)).toEqual(["open", "open", "open", "open", "limited", "limited"]);
    expect(wishes[4]).toMatchObject({ limit: 20, isEnabled: true, isPressed: true });
    expect(wishes[4]?.reason).toBe("limited to 20: the downstream refuses jobs, and bore 20 at once");
  });

  it("counts in invocations, each of which runs several jobs at once", () => {
    expect(
      play([...repeat(WELL, 3), ...repeat(FULL, 2)], { ...PLAIN_BOUNDS, parallel: 5, batchSize: 5 }).last.limit,
    ).toBe(4);
  });

  it("asks for no less than Lambda takes", () => {
    const scarce = { ok: 30, acceptedMs: 30_000, pressure: 1_000, visible: 1_000 };
    const scenes = [...repeat(WELL, 3), ...repeat(scarce, 20)];

    expect(play(scenes, { ...PLAIN_BOUNDS, parallel: 5 }).last).toMatchObject({ mode: "limited", limit: 2 });
  });

  it("tries a little more after a while, goes further while that goes well, and falls back when it does not", () => {
    const { wishes } = play([...repeat(WELL, 3), ...repeat(FULL, 2), ...repeat(WELL, 14), ...repeat(FULL, 2)]);
    const limits = wishes.slice(4).map(({ limit }) => limit ?? 0);
    const tried = limits.findIndex((limit) => limit > 20);
    const highest = Math.max(...limits);

    expect(limits[tried]).toBe(23);
    expect(highest).toBeGreaterThan(23);
    expect(limits.at(-1)).toBeLessThan(highest);
  });

  it("knows in the next episode what the downstream bore in the last", () => {
    const idle = repeat({ ok: 10, acceptedMs: 10_000 }, 70);
    const { wishes } = play([...repeat(WELL, 3), ...repeat(FULL, 2), ...repeat(WELL, 3), ...idle, OUT, FULL]);
    const again = wishes.slice(-2);

    expect(wishes.at(-3)).toMatchObject({ mode: "open", limit: undefined });
    expect(again[0]).toMatchObject({ mode: "limited" });
    expect(again[0]?.limit).toBeGreaterThanOrEqual(20);
    expect(again[0]?.limit).toBeLessThanOrEqual(22);
  });
});

describe("a limit that was found before", () => {
  const at = (jobs: number): Scene => ({ ok: jobs * 10, acceptedMs: jobs * 10_000, visible: 1_000 });

  it("does not keep a queue from being limited again, when it had risen to the stage's ceiling", () => {
    const bounds = { ...PLAIN_BOUNDS, ceiling: 24 };
    const healed = [...repeat(WELL, 3), ...repeat(FULL, 2), ...repeat(at(24), 60)];
    const again = { ...at(10), pressure: 1_000, refusedMs: 40_000 };

    expect(play(healed, bounds).last).toMatchObject({ mode: "open", limit: 24 });
    const { last } = play([...healed, ...repeat(again, 3)], bounds);
    expect(last.mode).toBe("limited");
    expect(last.limit).toBeLessThanOrEqual(12);
  });

  it("is proven only once the mapping has had the time to grow into it", () => {
    const found = [
      ...repeat({ ...at(300), visible: 9_000 }, 3),
      ...repeat({ ...at(300), ...REFUSING, visible: 9_000 }, 2),
    ];
    const idle = repeat({}, 18);
    const growing = [50, 100, 150, 200, 250].map((jobs) => ({ ...at(jobs), visible: 50_000 }));
    const { wishes } = play([...found, ...idle, ...growing]);

    expect(wishes.at(-6)).toMatchObject({ mode: "limited", limit: 300 });
    expect(wishes.slice(-5).map(({ limit }) => limit)).toEqual(growing.map(() => 300));
  });

  it("counts one job an invocation where batches hold one, whatever parallel says", () => {
    expect(play([...repeat(WELL, 3), ...repeat(FULL, 2)], { ...PLAIN_BOUNDS, parallel: 5 }).last.limit).toBe(20);
  });

  it("is found below the paid pollers of a stage, which may be more than Lambda's limits", () => {
    const bounds = { ...PLAIN_BOUNDS, provisioned: { min: 2, max: 500 } };
    const { last } = play([...repeat(at(1_500), 3), ...repeat({ ...at(1_500), ...REFUSING }, 2)], bounds);

    expect(last).toMatchObject({ mode: "limited", limit: 1_500 });
  });

  it("is cut no further than what is borne, when the scaler is back after an hour", () => {
    const bounds = PLAIN_BOUNDS;
    const mapping = { limit: 20, isEnabled: true, isChanging: false, pollers: undefined };
    const window = (startMs: number) => ({ startMs, counts: { ...NO_SIGNALS, ...FULL_COUNTS } });
    const seenAt = (nowMs: number) => ({
      ...{ visible: 1_000, inFlight: 0, delayed: 0, mapping, probe: undefined, manual: undefined },
      windows: Array.from({ length: 12 }, (_, index) => window(nowMs - (12 - index) * LOOK_MS)),
      windowsFromMs: nowMs - 12 * LOOK_MS,
    });
    const look = (nowMs: number, memory?: ProtectionMemory) => protect({ nowMs, bounds, seen: seenAt(nowMs), memory });
    const before = [1_000_000, 1_010_000, 1_020_000].reduce(
      (memory: ProtectionMemory | undefined, nowMs) => look(nowMs, memory).memory,
      undefined,
    );

    expect(look(4_600_000, before).wish.limit).toBeGreaterThanOrEqual(19);
  });
});

describe("an outage in which calls hang", () => {
  const bounds = { ...PLAIN_BOUNDS, timeoutSeconds: 120 };
  const HANGING: Scene = { timedOut: 20, acceptedMs: 2_400_000, visible: 1_000 };
  const begun = [...repeat(WELL, 3), ...repeat(HANGING, 30)];
  const pausedAt = play(begun, bounds).wishes.findIndex(({ isEnabled }) => !isEnabled);
  const tried = [...begun.slice(0, pausedAt + 1), ...repeat(SILENT, 3)];

  it("is not over before a try could have run out of time", () => {
    expect(play(tried, bounds).last).toMatchObject({ mode: "probing", limit: 2 });
    expect(play([...tried, ...repeat(SILENT, 12)], bounds).last.mode).toBe("probing");
    expect(play([...tried, ...repeat(SILENT, 16)], bounds).last.mode).toBe("open");
  });

  it("goes on when the tries run out of time, too", () => {
    const hanging = [
      ...repeat(SILENT, 12),
      { timedOut: 2, acceptedMs: 240_000, visible: 1_000 },
      ...repeat(SILENT, 11),
    ];
    const again = { timedOut: 2, acceptedMs: 240_000, visible: 1_000 };

    expect(play([...tried, ...hanging, again], bounds).last.mode).toBe("paused");
  });

  it("is not over while the mapping was never enabled", () => {
    const stuck = repeat({ ...SILENT, isStuck: true }, 30);

    expect(play([...tried.slice(0, -1), ...stuck], bounds).last.mode).toBe("probing");
  });
});

describe("an outage", () => {
  const begun = [...repeat(WELL, 3), ...repeat(OUT, 2)];

  it("pauses within two looks, and asks for a probe", () => {
    const { wishes } = play(begun);

    expect(wishes.slice(-2).map(({ mode }) => mode)).toContain("paused");
    expect(wishes.at(-1)).toMatchObject({ isEnabled: false, wantsProbe: true, isPressed: true });
  });

  it("is none while as much succeeds as before, however much is refused", () => {
    expect(play([...repeat(WELL, 3), ...repeat({ ...FULL, pressure: 50_000 }, 10)]).last.isEnabled).toBe(true);
  });

  it("is not over while the probe says so, and opens two once it says otherwise", () => {
    const paused = [...begun, ...repeat({ ...SILENT, probe: "down" as const }, 20)];

    expect(play(paused).last.mode).toBe("paused");
    expect(play([...paused, { ...SILENT, probe: "up" }]).last).toMatchObject({
      mode: "probing",
      limit: 2,
      isEnabled: true,
    });
  });

  it("returns to the limit from before with the first success", () => {
    const limited = [...repeat(WELL, 3), ...repeat(FULL, 2), ...repeat(WELL, 2)];
    const back = [
      ...repeat(OUT, 2),
      SILENT,
      { ...SILENT, probe: "up" as const },
      { ok: 20, acceptedMs: 20_000, visible: 900 },
    ];

    expect(play([...begun, ...back.slice(2)]).last).toMatchObject({ mode: "open", limit: undefined });
    expect(play([...limited, ...back]).last).toMatchObject({ mode: "limited", limit: 20 });
  });

  it("pauses again when the first tries are refused", () => {
    const tried = [...begun, SILENT, { ...SILENT, probe: "up" as const }, { pressure: 40, visible: 900 }];

    expect(play(tried).last).toMatchObject({ mode: "paused", isEnabled: false });
  });

  it("returns to less when the return itself brought it on", () => {
    const back = [SILENT, { ...SILENT, probe: "up" as const }, { ok: 20, acceptedMs: 20_000, visible: 900 }];
    const relapsed = play([...begun, ...back, WELL, ...repeat(OUT, 3), ...back]).last;

    expect(relapsed.mode).toBe("limited");
    expect(relapsed.limit).toBeLessThanOrEqual(10);
  });

  it("ends, whatever its probe says and whatever is in the queue", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            visible: fc.nat(2_000),
            inFlight: fc.nat(50),
            probe: fc.constantFrom<ProbeResult | undefined>("down", "none", "unknown", undefined),
          }),
          { minLength: 70, maxLength: 70 },
        ),
        (scenes) => {
          const { wishes } = play([...begun, ...(scenes as readonly Scene[])]);

          expect(wishes.slice(begun.length).some(({ isEnabled }) => isEnabled)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("ends within a look where the queue is empty", () => {
    expect(play([...begun, {}, {}]).last).toMatchObject({ mode: "probing", isEnabled: true });
  });
});

describe("looks in quick succession", () => {
  it("repeat the last wish", () => {
    const bounds = PLAIN_BOUNDS;
    const mapping = { limit: undefined, isEnabled: true, isChanging: false, pollers: undefined };
    const windows = [{ startMs: 0, counts: { ...NO_SIGNALS, ok: 10, acceptedMs: 10_000 } }];
    const seen = {
      visible: 5,
      inFlight: 0,
      delayed: 0,
      windows,
      windowsFromMs: 0,
      mapping,
      probe: undefined,
      manual: undefined,
    };
    const first = protect({ nowMs: 9_000, bounds, seen, memory: undefined });

    expect(protect({ nowMs: 10_000, bounds, seen, memory: first.memory })).toEqual(first);
  });
});
