import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export type KillableRun = {
  readonly awsUrl: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Ends the process by SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>;
};

/** Starts a whole run in a process of its own; it is killed when the test is over, if it was not before. */
export const killableRun = async (assemblyFolder: string, dataFolder: string): Promise<KillableRun> => {
  const script = fileURLToPath(new URL("run-process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, assemblyFolder, dataFolder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  for await (const line of createInterface({ input: child.stdout })) {
    return { ...(JSON.parse(line) as Pick<KillableRun, "awsUrl" | "variables">), kill };
  }
  throw new Error("the run must tell where it listens, but it ended");
};
