import { describe, expect, it } from "vitest";
import { lastLines, runCommand } from "../../lib/cli/run-command.ts";

const node = (code: string) => ({ command: process.execPath, args: ["--eval", code] });

describe("a command", () => {
  it("tells its exit code and the lines of both its outputs, as they come", async () => {
    const heard: string[] = [];

    const end = await runCommand({
      ...node("console.log('one'); console.error('two'); process.exit(4)"),
      onLine: (line) => heard.push(line),
    });

    expect(end.code).toBe(4);
    expect([...end.lines].sort()).toEqual(["one", "two"]);
    expect(heard).toEqual(end.lines);
  });

  it("has no exit code where there is no such command", async () => {
    expect(await runCommand({ command: "no-such-command", args: [] })).toEqual({ code: undefined, lines: [] });
  });

  it("ends with what it started when it is aborted", async () => {
    const stopping = new AbortController();
    const parent = `
      const { spawn } = require("node:child_process");
      spawn(process.execPath, ["--eval", "console.log(process.pid); setInterval(() => undefined, 1000)"], { stdio: "inherit" });
    `;
    let pid = 0;

    const running = runCommand({
      ...node(parent),
      signal: stopping.signal,
      onLine: (line) => {
        pid = Number(line);
        stopping.abort();
      },
    });

    // It resolves when the last that holds its outputs has ended.
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(pid).toBeGreaterThan(0);
  });
});

describe("the last lines", () => {
  it("are those that hold something", () => {
    expect(lastLines(["a", "", "b", " ", "c", ""], 2)).toBe("b\nc");
  });
});
