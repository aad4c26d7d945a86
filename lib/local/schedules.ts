import { randomUUID } from "node:crypto";
import { ACCOUNT_ID, REGION } from "./aws.ts";
import { type Cancel, type Clock, every } from "./clock.ts";
import type { ScheduleSettings } from "./world.ts";

export type SchedulesOptions = {
  readonly schedules: readonly ScheduleSettings[];
  /** Takes an event for a function. @param payload JSON */
  readonly send: (functionName: string, payload: string) => void;
  readonly clock: Clock;
};

/** Starts all schedules: each invokes its function a period from now, and so on; the answer ends them. */
export const startSchedules = ({ schedules, send, clock }: SchedulesOptions): Cancel => {
  const cancels = schedules
    .filter(({ isEnabled }) => isEnabled)
    .map((schedule) =>
      every(clock, schedule.periodMs, () => send(schedule.functionName, payloadOf(schedule, clock.nowMs()))),
    );
  return () => {
    for (const cancel of cancels) cancel();
  };
};

/** What the schedule says, its context attributes filled in, or EventBridge Scheduler's own event. */
const payloadOf = ({ arn, input }: ScheduleSettings, nowMs: number): string => {
  const id = randomUUID();
  const time = new Date(nowMs).toISOString().replace(/\.\d+Z$/, "Z");
  if (input === undefined) {
    return JSON.stringify({
      version: "0",
      id,
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: ACCOUNT_ID,
      time,
      region: REGION,
      resources: [arn],
      detail: "{}",
    });
  }
  // Delivery is never refused here, so it is always the first attempt.
  const attributes = { "schedule-arn": arn, "scheduled-time": time, "execution-id": id, "attempt-number": "1" };
  return Object.entries(attributes).reduce(
    (text, [name, value]) => text.replaceAll(`<aws.scheduler.${name}>`, value),
    input,
  );
};
