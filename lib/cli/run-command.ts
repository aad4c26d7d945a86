import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type CommandToRun = {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder?: string;
  /** @default this process's own */
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends the command, and what it started, when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Hears each line, of both outputs, as it comes. */
  readonly onLine?: (line: string) => void;
};

/** How a command ended: its exit code, or `undefined` where there is no such command, and the lines it said. */
export type CommandEnd = { readonly code: number | null | undefined; readonly lines: readonly string[] };

/**
 * Runs a command until it ends.
 *
 * @throws AbortError when the signal ended it
 */
export const runCommand = async ({
  command,
  args,
  folder,
  environment,
  signal,
  onLine,
}: CommandToRun): Promise<CommandEnd> => {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    ...(folder === undefined ? {} : { cwd: folder }),
    ...(environment === undefined ? {} : { env: environment }),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what it started ends with it, and Ctrl-C reaches it through the signal only.
    detached: true,
  });
  const lines: string[] = [];
  const hear = (line: string): void => {
    lines.push(line);
    onLine?.(line);
  };
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on("line", hear);
  const stop = (): void => endGroup(child.pid);
  signal?.addEventListener("abort", stop);
  process.on("exit", stop);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    signal?.throwIfAborted();
    return { code, lines };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { code: undefined, lines };
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    process.off("exit", stop);
  }
};

const endGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid);
  } catch {
    // It has ended in the meantime.
  }
};

/** The last lines of what a command said that hold anything, as one text. */
export const lastLines = (lines: readonly string[], count: number): string =>
  lines
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
