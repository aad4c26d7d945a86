import { describe, expect, it } from "vitest";
import { QUEUE_ALARMS } from "../../lib/core/alarm-queue-table.ts";
import { anyOf, type PagingAlarm, pageGroups, queuePageRule, stagePageRule } from "../../lib/core/alarm-rule.ts";
import { STAGE_ALARMS } from "../../lib/core/alarm-stage-table.ts";
import { holds } from "../support/alarm-states.ts";

const named = (prefix: string, table: readonly Omit<PagingAlarm, "name">[]): readonly PagingAlarm[] =>
  table.map(({ id, pages }) => ({ id, pages, name: `${prefix}-${id}` }));

const RULE = anyOf([
  queuePageRule(named("a", QUEUE_ALARMS)),
  queuePageRule(named("b", QUEUE_ALARMS)),
  stagePageRule(named("stage", STAGE_ALARMS)),
]);

/** Tells whether somebody is woken when these alarms are in ALARM and all others are OK. */
const wakes = (...names: readonly string[]): boolean =>
  holds(RULE, Object.fromEntries(names.map((name) => [name, "ALARM"])));

const HUSHED = ["oldest-job-fast", "oldest-job-slow", "saturated", "queue-paused"];
const LOUD = ["jobs-dying", "control-forgotten", "retention-at-risk", "dead-letters", "worker-throttled"];

describe("the rule that wakes somebody", () => {
  it("holds for nothing while all is well", () => {
    expect(wakes()).toBe(false);
  });

  it.each([...LOUD, ...HUSHED])("holds for %s of any job type", (id) => {
    expect(wakes(`a-${id}`)).toBe(true);
    expect(wakes(`b-${id}`)).toBe(true);
  });

  it.each(STAGE_ALARMS.map(({ id }) => id))("holds for the stage's %s", (id) => {
    expect(wakes(`stage-${id}`)).toBe(true);
  });

  it("does not hold for a pause by hand, nor for what that brings about", () => {
    const paused = "a-paused-by-hand";

    expect(wakes(paused)).toBe(false);
    expect(wakes(paused, ...HUSHED.map((id) => `a-${id}`))).toBe(false);
  });

  it.each(LOUD)("holds for %s of a queue that is paused by hand too", (id) => {
    expect(wakes("a-paused-by-hand", `a-${id}`)).toBe(true);
  });

  it.each(HUSHED)("holds for %s of a queue beside one that is paused by hand", (id) => {
    expect(wakes("a-paused-by-hand", `b-${id}`)).toBe(true);
  });

  it("takes a scaler that has never run for one that is yet to run", () => {
    const neverRan = { "stage-scaler-stopped": "ALARM", "stage-scaler-failing": "INSUFFICIENT_DATA" } as const;

    expect(holds(RULE, neverRan)).toBe(false);
    expect(holds(RULE, { ...neverRan, "stage-scaler-failing": "OK" })).toBe(true);
  });
});

describe("pageGroups", () => {
  it("leaves the job types together that fit one composite, and splits what does not", () => {
    const alarms = named("a", QUEUE_ALARMS);
    const groupsOf = (count: number) => pageGroups(Array.from({ length: count }, () => alarms));

    expect(groupsOf(3)).toHaveLength(1);
    expect(groupsOf(4)).toHaveLength(2);
    expect(groupsOf(23).flat()).toHaveLength(23);
    expect(Math.max(...groupsOf(23).map((group) => group.flat().length))).toBeLessThanOrEqual(30);
  });

  it("makes rules that AWS takes, however long the names are that CloudFormation makes", () => {
    const long = (table: readonly Omit<PagingAlarm, "name">[]) =>
      table.map(({ id, pages }) => ({ id, pages, name: id.padEnd(255, "x") }));
    const groups = pageGroups(Array.from({ length: 3 }, () => long(QUEUE_ALARMS)));
    const rule = anyOf([...groups.flat().map(queuePageRule), stagePageRule(long(STAGE_ALARMS))]);

    expect(rule.length).toBeLessThanOrEqual(10_240);
  });
});
