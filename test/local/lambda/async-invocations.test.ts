import { expect, it } from "vitest";
import type { LocalEventBody } from "../../../lib/local/events.ts";
import { ASYNC_DEFAULTS, AsyncInvocations } from "../../../lib/local/lambda/async-invocations.ts";
import type { InvocationResult } from "../../../lib/local/lambda/result.ts";
import type { AsyncSettings } from "../../../lib/local/world.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";

const SUCCEEDED: InvocationResult = { kind: "succeeded", payload: "null" };
const THROTTLED: InvocationResult = { kind: "throttled" };
const FAILED: InvocationResult = { kind: "failed", error: { errorType: "Error", errorMessage: "boom", trace: [] } };

type Bench = {
  readonly clock: FakeClock;
  readonly invocations: AsyncInvocations;
  /** When each attempt was, in seconds since the start. */
  readonly attempts: readonly number[];
  readonly payloads: readonly string[];
  readonly events: readonly LocalEventBody[];
};

/** @param results of the attempts in turn; the last goes on for ever */
const start = (results: readonly InvocationResult[], settings: Partial<AsyncSettings> = {}): Bench => {
  const clock = fakeClock();
  const startMs = clock.nowMs();
  const attempts: number[] = [];
  const payloads: string[] = [];
  const events: LocalEventBody[] = [];
  const invocations = new AsyncInvocations({
    invoke: async (_, payload) => {
      attempts.push((clock.nowMs() - startMs) / 1_000);
      payloads.push(payload);
      return results[attempts.length - 1] ?? results.at(-1) ?? SUCCEEDED;
    },
    settingsOf: () => ({ ...ASYNC_DEFAULTS, ...settings }),
    clock,
    onEvent: (event) => events.push(event),
  });
  return { clock, invocations, attempts, payloads, events };
};

const DAY_MS = 86_400_000;

it("invokes the function once where that succeeds", async () => {
  const { clock, invocations, attempts, payloads, events } = start([SUCCEEDED]);

  invocations.send("worker", '{"wake":"x"}');
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0]);
  expect(payloads).toEqual(['{"wake":"x"}']);
  expect(events).toEqual([]);
});

it("tries a function that fails again after one minute and after two more, then drops the event", async () => {
  const { clock, invocations, attempts, events } = start([FAILED]);

  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0, 60, 180]);
  expect(events).toEqual([{ kind: "async-event-dropped", functionName: "worker", reason: "retries-exhausted" }]);
});

it("tries a function that fails no more often than its settings say", async () => {
  const { clock, invocations, attempts } = start([FAILED], { maximumRetryAttempts: 0 });

  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0]);
});

it("tries a throttled event again and again, ever later, and counts none of it as a failure", async () => {
  const { clock, invocations, attempts } = start([THROTTLED, THROTTLED, THROTTLED, THROTTLED, FAILED, SUCCEEDED]);

  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0, 1, 3, 7, 15, 75]);
});

it("waits no longer than 5 minutes between throttled attempts, and drops the event after 6 hours", async () => {
  const { clock, invocations, attempts, events } = start([THROTTLED]);

  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(Math.max(...waits)).toBe(300);
  expect(attempts.at(-1)).toBeGreaterThan(21_600 - 301);
  expect(attempts.at(-1)).toBeLessThanOrEqual(21_600);
  expect(events).toEqual([{ kind: "async-event-dropped", functionName: "worker", reason: "too-old" }]);
});

it("drops an event that would be older than its settings say", async () => {
  const { clock, invocations, attempts } = start([THROTTLED], { maximumEventAgeSeconds: 60 });

  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0, 1, 3, 7, 15, 31]);
});

it("loses events that wait when it ends, and takes no more", async () => {
  const { clock, invocations, attempts } = start([THROTTLED]);
  invocations.send("worker", "{}");
  await clock.pass(500);

  await invocations.drain();
  invocations.send("worker", "{}");
  await clock.pass(DAY_MS);

  expect(attempts).toEqual([0]);
  expect(clock.waiting()).toBe(0);
});

it("ends only when what runs has ended", async () => {
  const { promise, resolve } = Promise.withResolvers<InvocationResult>();
  const invocations = new AsyncInvocations({
    invoke: () => promise,
    settingsOf: () => ASYNC_DEFAULTS,
    clock: fakeClock(),
    onEvent: () => undefined,
  });
  invocations.send("worker", "{}");
  let isDrained = false;
  const drained = invocations.drain().then(() => {
    isDrained = true;
  });
  await new Promise(setImmediate);
  const early = isDrained;

  resolve(SUCCEEDED);
  await drained;

  expect(early).toBe(false);
});
