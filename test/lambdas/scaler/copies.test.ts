import fc from "fast-check";
import { expect, it } from "vitest";
import { runMinute } from "../../../lambdas/scaler/run-minute.ts";
import type { Scaler } from "../../../lambdas/scaler/scaler.ts";
import { limited, memoryScaler, OPEN } from "../../support/memory-scaler.ts";

/** How a copy fares: when it starts, how long its calls take one after the other, and when it dies. */
type Fate = {
  readonly startsMs: number;
  readonly callsMs: readonly number[];
  readonly diesMs: number | undefined;
  readonly isWoken: boolean;
};

const fate: fc.Arbitrary<Fate> = fc.record({
  startsMs: fc.integer({ min: 0, max: 70_000 }),
  callsMs: fc.array(fc.integer({ min: 0, max: 4_900 }), { minLength: 1, maxLength: 12 }),
  diesMs: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
  isWoken: fc.boolean(),
});

type Port = (...args: never[]) => Promise<unknown>;

/** A copy whose calls take their time, on the way there and back, and that does nothing more once it is dead. */
const faring = (scaler: Scaler, { callsMs, diesMs }: Fate): Scaler => {
  const { clock } = scaler;
  const endsMs = diesMs === undefined ? Number.POSITIVE_INFINITY : clock.nowMs() + diesMs;
  let made = 0;
  const alive = async (): Promise<void> => {
    made += 1;
    const ms = (callsMs[made % callsMs.length] ?? 0) / 2;
    await new Promise<void>((resolve) => void clock.after(ms, resolve));
    if (clock.nowMs() >= endsMs) await new Promise<never>(() => undefined);
  };
  const slow = <Call extends Port>(call: Call): Call =>
    (async (...args: never[]) => {
      await alive();
      const result = await call(...args);
      await alive();
      return result;
    }) as Call;
  const { store, depths, mappings } = scaler;
  return {
    ...scaler,
    store: {
      read: slow(store.read),
      takeLease: slow(store.takeLease),
      giveBackLease: slow(store.giveBackLease),
      writeState: slow(store.writeState),
    },
    depths: { read: slow(depths.read) },
    mappings: { find: slow(mappings.find), change: slow(mappings.change) },
  };
};

it("heals in the next undisturbed look, whatever copies have done at whatever pace, and wherever they died", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { minLength: 2, maxLength: 4 }), async (fates) => {
      const { clock, copy, run, queue, kept, policy } = memoryScaler();
      queue().wanted = limited(1_000);
      // Each decision is another than all before: what an outdated copy would set can be told.
      policy.remember = (before) => {
        const { looks } = (before ?? { looks: 0 }) as { readonly looks: number };
        queue().wanted = limited(2 + looks);
        return { looks: looks + 1 };
      };
      for (const one of fates) {
        clock.after(one.startsMs, () => {
          const scaler = faring(copy(), one);
          void runMinute(scaler, { isWoken: one.isWoken, remainingMs: () => 120_000 }).catch(() => undefined);
        });
      }
      await clock.pass(240_000);

      policy.remember = () => ({ looks: 0 });
      const { decision = OPEN } = kept.state?.queues.work ?? {};
      queue().wanted = { ...decision, needsCloseLook: false };
      await run();

      expect(queue().mapping?.limit).toBe(decision.limit);
    }),
    { numRuns: 60 },
  );
});

it("lets no copy change anything that it has not written as the newest state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { minLength: 2, maxLength: 4 }), async (fates) => {
      const { clock, copy } = memoryScaler();
      const decide: Scaler["decide"] = ({ nowMs }) => ({ work: { decision: limited(2 + (nowMs % 900)), memory: {} } });
      const written: number[] = [];
      const changed: (number | undefined)[] = [];
      for (const one of fates) {
        const scaler = copy({ decide });
        const { store, mappings } = scaler;
        let mine: number | undefined;
        const writeState: Scaler["store"]["writeState"] = async (state, ...rest) => {
          const isWritten = await store.writeState(state, ...rest);
          mine = isWritten ? state.version : undefined;
          if (isWritten) written.push(state.version);
          return isWritten;
        };
        const change: Scaler["mappings"]["change"] = (...args) => {
          changed.push(mine);
          mine = undefined;
          return mappings.change(...args);
        };
        const noting = { ...scaler, store: { ...store, writeState }, mappings: { ...mappings, change } };
        clock.after(one.startsMs, () => {
          const options = { isWoken: one.isWoken, remainingMs: () => 120_000 };
          void runMinute(faring(noting, one), options).catch(() => undefined);
        });
      }
      await clock.pass(240_000);

      expect(written).toEqual(written.map((_, index) => index + 1));
      expect(changed).not.toContain(undefined);
      expect(new Set(changed).size).toBe(changed.length);
    }),
    { numRuns: 60 },
  );
});
