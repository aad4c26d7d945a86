import { describe, expect, it } from "vitest";
import type { AlarmState } from "../../lib/local/alarm-state.ts";
import { type SuppressionMemory, suppress } from "../../lib/local/alarm-suppression.ts";

/** What is seen at a second: the composite's state, and whether its suppressor is in ALARM. */
type Seen = { readonly at: number; readonly state: AlarmState; readonly isSuppressing?: boolean };

/** Returns, for each second given, what held the actions back or that they were performed. */
const follow = (seen: readonly Seen[], waitSeconds = 60, extensionSeconds = 30): readonly string[] => {
  let memory: SuppressionMemory = { performed: "OK", changedMs: 0, suppressedMs: undefined };
  let before: AlarmState = "OK";
  return seen.map(({ at, state, isSuppressing = false }) => {
    const nowMs = at * 1_000;
    if (state !== before) memory = { ...memory, changedMs: nowMs };
    before = state;
    const waits = { waitMs: waitSeconds * 1_000, extensionMs: extensionSeconds * 1_000 };
    const step = suppress(memory, { nowMs, state, isSuppressing, ...waits });
    memory = step.memory;
    return step.isPerforming ? `performs ${state}` : (step.by ?? "nothing");
  });
};

describe("the suppression of a composite alarm's actions", () => {
  it("holds nothing back where there are no waits", () => {
    expect(
      follow(
        [
          { at: 1, state: "ALARM" },
          { at: 2, state: "ALARM" },
          { at: 3, state: "OK" },
        ],
        0,
        0,
      ),
    ).toEqual(["performs ALARM", "nothing", "performs OK"]);
  });

  it("waits for the suppressor, and performs the actions when it does not come", () => {
    expect(
      follow([
        { at: 10, state: "ALARM" },
        { at: 69, state: "ALARM" },
        { at: 70, state: "ALARM" },
      ]),
    ).toEqual(["WaitPeriod", "WaitPeriod", "performs ALARM"]);
  });

  it("says nothing while the suppressor is in ALARM, nor for the extension after it", () => {
    expect(
      follow([
        { at: 10, state: "ALARM" },
        { at: 40, state: "ALARM", isSuppressing: true },
        { at: 500, state: "ALARM", isSuppressing: true },
        { at: 529, state: "ALARM" },
        { at: 530, state: "ALARM" },
      ]),
    ).toEqual(["WaitPeriod", "Alarm", "Alarm", "ExtensionPeriod", "performs ALARM"]);
  });

  it("never tells what began and ended under suppression", () => {
    expect(
      follow([
        { at: 10, state: "ALARM", isSuppressing: true },
        { at: 20, state: "OK", isSuppressing: true },
        { at: 900, state: "OK" },
      ]),
    ).toEqual(["Alarm", "nothing", "nothing"]);
  });

  it("tells the end of what it has told", () => {
    expect(
      follow([
        { at: 10, state: "ALARM" },
        { at: 70, state: "ALARM" },
        { at: 80, state: "OK" },
        { at: 140, state: "OK" },
      ]),
    ).toEqual(["WaitPeriod", "performs ALARM", "WaitPeriod", "performs OK"]);
  });
});
