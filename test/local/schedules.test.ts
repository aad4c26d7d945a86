import { expect, it } from "vitest";
import { startSchedules } from "../../lib/local/schedules.ts";
import type { ScheduleSettings } from "../../lib/local/world.ts";
import { fakeClock } from "../support/fake-clock.ts";

const ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/each-minute";

const start = (...schedules: readonly Partial<ScheduleSettings>[]) => {
  const clock = fakeClock(Date.parse("2026-11-22T10:00:00Z"));
  const sent: { readonly functionName: string; readonly payload: string; readonly atSeconds: number }[] = [];
  const startMs = clock.nowMs();
  const stop = startSchedules({
    schedules: schedules.map((given) => ({
      arn: ARN,
      functionName: "scaler",
      periodMs: 60_000,
      isEnabled: true,
      input: undefined,
      ...given,
    })),
    send: (functionName, payload) => sent.push({ functionName, payload, atSeconds: (clock.nowMs() - startMs) / 1_000 }),
    clock,
  });
  return { clock, sent, stop };
};

it("invokes each function a period after the start, and each period from then on", async () => {
  const { clock, sent } = start({}, { functionName: "slow", periodMs: 120_000 });

  await clock.pass(240_000);

  expect(sent.filter(({ functionName }) => functionName === "scaler").map(({ atSeconds }) => atSeconds)).toEqual([
    60, 120, 180, 240,
  ]);
  expect(sent.filter(({ functionName }) => functionName === "slow").map(({ atSeconds }) => atSeconds)).toEqual([
    120, 240,
  ]);
});

it("gives the function the scheduler's own event where the schedule has no input", async () => {
  const { clock, sent } = start({});

  await clock.pass(60_000);

  expect(JSON.parse(sent[0]?.payload ?? "")).toEqual({
    version: "0",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: "000000000000",
    time: "2026-11-22T10:01:00Z",
    region: "us-east-1",
    resources: [ARN],
    detail: "{}",
  });
});

it("gives the function the schedule's input, with what the scheduler fills in", async () => {
  const input =
    '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>","tries":<aws.scheduler.attempt-number>}';
  const { clock, sent } = start({ input });

  await clock.pass(60_000);

  expect(JSON.parse(sent[0]?.payload ?? "")).toEqual({ at: "2026-11-22T10:01:00Z", by: ARN, tries: 1 });
});

it("invokes nothing by a schedule that is disabled", async () => {
  const { clock, sent } = start({ isEnabled: false });

  await clock.pass(600_000);

  expect(sent).toEqual([]);
});

it("invokes nothing any more once it is stopped", async () => {
  const { clock, sent, stop } = start({});
  await clock.pass(60_000);

  stop();
  await clock.pass(600_000);

  expect(sent).toHaveLength(1);
  expect(clock.waiting()).toBe(0);
});
