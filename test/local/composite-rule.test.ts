import { describe, expect, it } from "vitest";
import type { AlarmState } from "../../lib/local/alarm-state.ts";
import { alarmsIn, holds, parseAlarmRule } from "../../lib/local/composite-rule.ts";

const STATES: Readonly<Record<string, AlarmState>> = {
  bad: "ALARM",
  good: "OK",
  "no idea": "INSUFFICIENT_DATA",
  "arn:aws:cloudwatch:us-east-1:000000000000:alarm:bad": "ALARM",
};

const evaluate = (text: string): boolean => {
  const parsed = parseAlarmRule(text);
  if (parsed.kind === "refused") throw new Error(parsed.problem);
  return holds(parsed.value, (alarm) => STATES[alarm]);
};

describe("the rule of a composite alarm", () => {
  it.each([
    { text: "TRUE", value: true },
    { text: "FALSE", value: false },
    { text: "ALARM(bad)", value: true },
    { text: 'ALARM("bad")', value: true },
    { text: 'ALARM("arn:aws:cloudwatch:us-east-1:000000000000:alarm:bad")', value: true },
    { text: "ALARM(good)", value: false },
    { text: "OK(good)", value: true },
    { text: 'INSUFFICIENT_DATA("no idea")', value: true },
    { text: "ALARM(unknown)", value: false },
    { text: "NOT ALARM(good)", value: true },
    { text: "NOT NOT ALARM(good)", value: false },
    { text: "ALARM(bad) AND OK(good)", value: true },
    { text: "ALARM(good) OR ALARM(bad)", value: true },
    { text: "TRUE OR FALSE AND FALSE", value: true },
    { text: "(TRUE OR FALSE) AND FALSE", value: false },
    { text: "NOT FALSE AND FALSE", value: false },
    { text: "NOT (FALSE AND FALSE)", value: true },
    { text: '(ALARM("bad") OR (ALARM("good") AND NOT ALARM("bad")))', value: true },
  ])("works out $text", ({ text, value }) => {
    expect(evaluate(text)).toBe(value);
  });

  it("names its alarms, each once", () => {
    const parsed = parseAlarmRule('ALARM(a) OR (OK("b c") AND NOT ALARM(a)) OR TRUE');

    expect(parsed.kind === "parsed" && alarmsIn(parsed.value)).toEqual(["a", "b c"]);
  });

  it.each([
    { text: "AT_LEAST(2, ALARM, (a, b))", problem: "uses AT_LEAST, which is not among ALARM, OK, INSUFFICIENT_DATA" },
    { text: "ALARM(a", problem: "lacks a “)”" },
    { text: "ALARM", problem: "lacks a “(”" },
    { text: "ALARM(a) ALARM(b)", problem: "cannot be read from “ALARM” on" },
    { text: "ALARM(a) AND", problem: "ends too early" },
    { text: 'ALARM("a)', problem: "cannot be read from" },
    { text: "", problem: "ends too early" },
  ])("rejects “$text”", ({ text, problem }) => {
    expect(parseAlarmRule(text)).toMatchObject({ kind: "refused", problem: expect.stringContaining(problem) });
  });
});
