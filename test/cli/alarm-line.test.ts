import { describe, expect, it } from "vitest";
import { alarmLine } from "../../lib/cli/alarm-line.ts";

describe("alarmLine", () => {
  const change = { kind: "alarm-changed", atMs: 0, name: "dying", reason: "2 were greater." } as const;

  it("tells of alarms that begin and end, and not of their first look", () => {
    expect(alarmLine({ ...change, from: "OK", to: "ALARM" })).toBe("alarm dying: OK → ALARM. 2 were greater.");
    expect(alarmLine({ ...change, from: "ALARM", to: "OK" })).toBe("alarm dying: ALARM → OK. 2 were greater.");
    expect(alarmLine({ ...change, from: "INSUFFICIENT_DATA", to: "OK" })).toBeUndefined();
  });

  it("tells who would hear of it on AWS", () => {
    const notice = {
      kind: "notification-published",
      atMs: 0,
      topicName: "pages",
      subject: "ALARM",
      message: "m",
    } as const;

    expect(alarmLine({ ...notice, subscribers: ["me@example.com"] })).toBe(
      "notification to topic pages (me@example.com; it stays on this machine): ALARM",
    );
    expect(alarmLine({ ...notice, subscribers: [] })).toContain("(nobody subscribed; it stays on this machine)");
  });

  it("tells of metrics that are ignored", () => {
    const line = alarmLine({ kind: "metrics-ignored", atMs: 0, functionName: "f", reason: "Namespace must be a text" });

    expect(line).toBe("f printed metrics that CloudWatch would ignore: Namespace must be a text");
  });

  it("is silent about the rest", () => {
    expect(alarmLine({ kind: "invocation-throttled", atMs: 0, functionName: "f" })).toBeUndefined();
  });
});
