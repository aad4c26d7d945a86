import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { runCommand } from "../run-command.ts";
import type { EmulatorProcess } from "./emulator-state.ts";

/** What tells a process from every other that this machine ever had. */
export type ProcessIdentity = Pick<EmulatorProcess, "pid" | "began">;

const POLL_MS = 50;
/** What is under way in the emulator may end within this. */
const END_MS = 10_000;

/** When the machine says that a process began; `undefined` where there is no such process, or nobody can tell. */
export const beganAt = async (pid: number): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat !== undefined) {
    // The name, in parentheses, may hold anything; what follows begins with the third field, and the 22nd is wanted.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  }
  const { code, lines } = await runCommand({ command: "ps", args: ["-o", "lstart=", "-p", String(pid)] });
  return code === 0 ? lines[0]?.trim() : undefined;
};

/** Tells whether a process that was started is still there, and not another one under its pid. */
export const isStillRunning = async ({ pid, began }: ProcessIdentity): Promise<boolean> =>
  (await beganAt(pid)) === began;

/**
 * Ends a process that was started detached, with the processes that it started; nothing else.
 *
 * @returns false if it is not there any more
 */
export const endProcess = async (process_: ProcessIdentity): Promise<boolean> => {
  if (!(await isStillRunning(process_))) return false;
  signalTo(process_.pid, "SIGTERM");
  await untilGone(process_);
  // Its workers are in its own group: what is left of it goes too, and what did not listen.
  signalTo(-process_.pid, "SIGKILL");
  await untilGone(process_);
  return true;
};

const untilGone = async (process_: ProcessIdentity): Promise<void> => {
  const deadlineMs = performance.now() + END_MS;
  while ((await isStillRunning(process_)) && performance.now() < deadlineMs) await wait(POLL_MS);
};

const signalTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
};
