import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main.ts";

describe("the command line", () => {
  const said: string[] = [];
  const complained: string[] = [];
  beforeEach(() => {
    said.length = 0;
    complained.length = 0;
    vi.spyOn(console, "log").mockImplementation((text) => void said.push(String(text)));
    vi.spyOn(console, "error").mockImplementation((text) => void complained.push(String(text)));
  });
  afterEach(() => vi.restoreAllMocks());

  it.each([[[]], [["--help"]], [["help"]]])("tells its commands for %j", async (args) => {
    expect(await main(args)).toBe(0);
    expect(said.join("\n")).toMatch(/start .*\n.*demo /);
  });

  it.each(["start", "demo"])("tells the options of %s", async (command) => {
    expect(await main([command, "--help"])).toBe(0);
    expect(said.join("\n")).toContain("--account-concurrency N");
  });

  it.each([
    [["nothing"], 'there is no command "nothing"'],
    [["start", "--colour"], "Unknown option '--colour'"],
    [["start", "everything"], "Unexpected argument 'everything'"],
    [["start", "--port", "http"], '--port must be a number from 0 to 65535, got "http"'],
    [["start", "--port", "70000"], '--port must be a number from 0 to 65535, got "70000"'],
    [["start", "--account-concurrency", "1.5"], '--account-concurrency must be a whole number, got "1.5"'],
    [["start", "--env", "NAME"], '--env must read NAME=VALUE, got "NAME"'],
    [["demo", "--speed", "0"], '--speed must be a number from 0.1 to 50, got "0"'],
  ])("rejects %j with exit code 2 and a hint", async (args, message) => {
    expect(await main(args)).toBe(2);
    expect(complained.join("\n")).toContain(`error: ${message}`);
    expect(complained.join("\n")).toContain("hint: ");
  });

  it("rejects a trace that is not there with exit code 1, without a stack trace", async () => {
    expect(await main(["demo", "--trace", "nothing.csv"])).toBe(1);
    expect(complained).toEqual([
      "error: trace nothing.csv must be a file that can be read",
      "hint: name a CSV file with --trace FILE",
    ]);
  });
});
