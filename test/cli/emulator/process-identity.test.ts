import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { beganAt, endProcess, isStillRunning } from "../../../lib/cli/emulator/process-identity.ts";

/** A process with one of its own in its group; both wait to be ended, the second deaf to SIGTERM. */
const FAMILY = `
  const { spawn } = require("node:child_process");
  const deaf = "process.on('SIGTERM', () => undefined); console.log(process.pid); setInterval(() => undefined, 1000)";
  spawn(process.execPath, ["--eval", deaf], { stdio: "inherit" });
  setInterval(() => undefined, 1000);
`;

const startFamily = async () => {
  const child = spawn(process.execPath, ["--eval", FAMILY], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  const { pid = 0 } = child;
  onTestFinished(() => void (child.exitCode === null && child.signalCode === null && process.kill(-pid, "SIGKILL")));
  const [grandchild] = (await once(child.stdout, "data")) as [Buffer];
  const began = (await beganAt(pid)) ?? "";
  return { child, started: { pid, began, logFile: "" }, grandchildPid: Number(grandchild.toString()) };
};

describe("a process that was started", () => {
  it("is told from another one under its pid", async () => {
    const { started } = await startFamily();

    expect(await isStillRunning(started)).toBe(true);
    expect(await isStillRunning({ ...started, began: "some other time" })).toBe(false);
  });

  it("ends with those that it started, and is gone then", async () => {
    const { child, started, grandchildPid } = await startFamily();
    const closed = once(child, "close");

    expect(await endProcess(started)).toBe(true);

    await closed;
    expect(await beganAt(started.pid)).toBeUndefined();
    expect(await beganAt(grandchildPid)).toBeUndefined();
    expect(await endProcess(started)).toBe(false);
  });

  it("leaves another process under its pid alone", async () => {
    const { started, grandchildPid } = await startFamily();

    expect(await endProcess({ ...started, began: "some other time" })).toBe(false);

    expect(await beganAt(started.pid)).toBe(started.began);
    expect(await beganAt(grandchildPid)).not.toBeUndefined();
  });
});
