import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const LAUNCHER = fileURLToPath(new URL("../../bin/sluice.mjs", import.meta.url));

const AS_NODE_20 = `data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "20.20.2" } });`;

const launch = (...options: readonly string[]) =>
  spawnSync(process.execPath, [...options, LAUNCHER, "--help"], { encoding: "utf8" });

describe("bin/sluice.mjs", () => {
  it("starts the command line of the project, with nothing built", () => {
    const { status, stdout } = launch();

    expect(stdout).toMatch(/^Usage: sluice <command>/);
    expect(status).toBe(0);
  });

  it("rejects a Node.js that is too old, and says how to get another", () => {
    const { status, stdout, stderr } = launch("--import", AS_NODE_20);

    expect(stderr).toMatch(/^error: Node\.js must be 22\.13 or newer, got 20\.20\.2\nhint: .*node@24/);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  });
});
