import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

const chaos = (...args: readonly string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });

describe("the command line of a campaign", () => {
  it("tells its options", () => {
    const { status, stdout } = chaos("--help");

    expect(status).toBe(0);
    expect(stdout).toContain("--seed N");
  });

  it.each([
    ["--jobs", "10"],
    ["--seed", "x"],
    ["--jibs", "1000"],
  ])("rejects %s %s as used wrongly", (option, value) => {
    const { status, stderr } = chaos(option, value);

    expect(status).toBe(2);
    expect(stderr).toContain("hint: npm run chaos -- --help");
  });
});
