import { describe, expect, it, onTestFinished } from "vitest";
import { every } from "../../lib/local/clock.ts";
import { MovableClock } from "../../lib/local/movable-clock.ts";

const HOUR_MS = 3_600_000;

describe("a movable clock", () => {
  it("shows this machine's time, and what was passed over", () => {
    const clock = new MovableClock();
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(1_000);

    clock.pass(HOUR_MS);

    expect(Math.abs(clock.nowMs() - Date.now() - HOUR_MS)).toBeLessThan(1_000);
  });

  it("runs what is due once, the earliest first, and keeps the rest for later", () => {
    const clock = new MovableClock();
    const ran: string[] = [];
    clock.after(HOUR_MS, () => ran.push("later"));
    clock.after(60_000, () => ran.push("sooner"));
    const cancel = clock.after(2 * HOUR_MS, () => ran.push("too late"));
    onTestFinished(cancel);

    clock.pass(HOUR_MS);
    clock.pass(1);

    expect(ran).toEqual(["sooner", "later"]);
  });

  it("runs what is due soon by this machine's time", async () => {
    const clock = new MovableClock();
    clock.pass(HOUR_MS);
    const startedMs = Date.now();

    await new Promise<void>((resolve) => void clock.after(5, resolve));

    expect(clock.nowMs()).toBeGreaterThanOrEqual(startedMs + HOUR_MS);
    expect(Date.now() - startedMs).toBeLessThan(HOUR_MS);
  });

  it("runs nothing that was cancelled, be it by what is due just before", () => {
    const clock = new MovableClock();
    const ran: string[] = [];
    const cancel = clock.after(2_000, () => ran.push("second"));
    clock.after(1_000, () => {
      ran.push("first");
      cancel();
    });

    clock.pass(HOUR_MS);

    expect(ran).toEqual(["first"]);
  });

  it("moves with another of the same passed time, and runs its own when it is told", () => {
    const clock = new MovableClock();
    const other = new MovableClock(clock.passed);
    const ran: string[] = [];
    other.after(60_000, () => ran.push("other"));

    clock.pass(HOUR_MS);
    expect(Math.abs(other.nowMs() - clock.nowMs())).toBeLessThan(1_000);
    expect(ran).toEqual([]);
    other.runDue();

    expect(ran).toEqual(["other"]);
  });

  it("runs a period once however many were passed over, and the next one in time", () => {
    const clock = new MovableClock();
    const ranMs: number[] = [];
    const startMs = clock.nowMs();
    onTestFinished(every(clock, 60_000, () => ranMs.push(clock.nowMs() - startMs)));

    clock.pass(90_000);
    clock.pass(20_000);
    clock.pass(20_000);
    clock.pass(10 * 60_000);

    expect(ranMs.map((ms) => Math.floor(ms / 10_000))).toEqual([9, 13, 73]);
  });
});
