import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { EventLogReader, writeEventLog } from "./event-log.ts";

describe("the log of the system under test", () => {
  it("is read as it grows, whichever process goes on writing it", () => {
    const file = join(temporaryFolder(), "events");
    const reader = new EventLogReader(file);
    const settled: string[] = [];
    reader.onSettled = (id, status) => settled.push(`${id} ${status}`);

    reader.read();
    writeEventLog(file).fault("lost-answer", "DynamoDB");
    writeEventLog(file).settled("a", "succeeded");
    reader.read();
    writeEventLog(file).fault("lost-answer", "AmazonSQS");
    writeEventLog(file).fault("clock-skew", "");
    writeEventLog(file).settled("a", "dead");
    reader.read();
    reader.close();

    expect(Object.fromEntries(reader.faults.get("lost-answer") ?? [])).toEqual({ DynamoDB: 1, AmazonSQS: 1 });
    expect(Object.fromEntries(reader.faults.get("clock-skew") ?? [])).toEqual({ "": 1 });
    expect([...reader.settlements]).toEqual([["a", 2]]);
    expect(settled).toEqual(["a succeeded", "a dead"]);
  });

  it("waits for the rest of a line", () => {
    const file = join(temporaryFolder(), "events");
    const reader = new EventLogReader(file);

    appendFileSync(file, "S half");
    reader.read();
    const before = reader.settlements.size;
    appendFileSync(file, "-id succeeded\n");
    reader.read();
    reader.close();

    expect(before).toBe(0);
    expect([...reader.settlements]).toEqual([["half-id", 1]]);
  });
});
