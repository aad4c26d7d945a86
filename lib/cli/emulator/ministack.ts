import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, open, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SluiceError } from "../../core/errors.ts";
import { pythonEnvironment } from "../python-environment.ts";
import { lastLines } from "../run-command.ts";
import type { EmulatorProcess } from "./emulator-state.ts";
import type { Endpoint } from "./endpoint.ts";
import { beganAt, endProcess } from "./process-identity.ts";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const HOST = "127.0.0.1";
const READY_POLL_MS = 100;
/** A slow machine, and the first start after the installation. */
const READY_MS = 90_000;
const LINES_SHOWN = 8;

export type MiniStackStart = {
  readonly endpoint: Endpoint;
  readonly cacheFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** @default installs it into a private Python environment */
  readonly command?: string;
};

/**
 * Starts MiniStack on this machine, for this machine only, and waits until it is ready. It goes on when this process
 * ends, and keeps all it has in memory.
 *
 * @throws EmulatorNotReady with what it said last, EmulatorExposed if it can be reached from another machine
 */
export const startMiniStack = async (start: MiniStackStart): Promise<EmulatorProcess> => {
  const command = start.command ?? (await installed(start));
  const logFile = join(start.cacheFolder, "emulator.log");
  const scratchFolder = await mkdtemp(join(tmpdir(), "sluice-emulator-"));
  const child = await spawnDetached(command, logFile, environmentOf(start, scratchFolder));
  const { pid } = child;
  const began = pid === undefined ? undefined : await beganAt(pid);
  if (pid === undefined || began === undefined) {
    // It may run where nobody can tell since when: then `--stop` could not be sure later that a process is this one.
    child.kill();
    await rm(scratchFolder, { recursive: true, force: true });
    throw await notReady(logFile, "it did not start, or this machine does not tell when");
  }
  const started = { pid, began, logFile, scratchFolder };
  // Until somebody knows of it, it must not outlive this process.
  const abandon = (): void => void child.kill();
  process.on("exit", abandon);
  try {
    start.say(`starting MiniStack (process ${pid}, log ${logFile})`);
    await untilReady(start, child, logFile);
    await refuseExposed(start.endpoint.port);
  } catch (error) {
    await endMiniStack(started);
    throw error;
  } finally {
    process.off("exit", abandon);
  }
  child.unref();
  return started;
};

/** Ends a MiniStack that was started, and takes away what it left. @returns false if it had ended already */
export const endMiniStack = async (started: EmulatorProcess): Promise<boolean> => {
  const wasRunning = await endProcess(started);
  await rm(started.scratchFolder, { recursive: true, force: true });
  return wasRunning;
};

const installed = async ({ cacheFolder, environment, say, signal }: MiniStackStart): Promise<string> => {
  const options = { name: "ministack", requirementsFile: REQUIREMENTS, cacheFolder, environment, say, signal };
  return join(await pythonEnvironment(options), "ministack");
};

/** Loopback only, nothing but the one port, and functions as processes of the Node that runs this. */
const environmentOf = ({ endpoint, environment }: MiniStackStart, scratchFolder: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("AWS_"))),
  PATH: [dirname(process.execPath), environment.PATH].join(delimiter),
  TMPDIR: scratchFolder,
  BIND_HOST: HOST,
  MINISTACK_HOST: HOST,
  GATEWAY_PORT: String(endpoint.port),
  LAMBDA_EXECUTOR: "local",
  SFTP_ENABLED: "0",
  SFTP_HOST: HOST,
  IOT_MTLS_ENABLED: "0",
});

const spawnDetached = async (command: string, logFile: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> => {
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, "w");
  const child = spawn(command, [], { env, detached: true, stdio: ["ignore", log.fd, log.fd] });
  // Heard by what waits for it, as a process that has none.
  child.on("error", () => undefined);
  await log.close();
  return child;
};

const untilReady = async (start: MiniStackStart, child: ChildProcess, logFile: string): Promise<void> => {
  const deadlineMs = performance.now() + READY_MS;
  const url = `http://${HOST}:${start.endpoint.port}/_ministack/ready`;
  for (;;) {
    start.signal.throwIfAborted();
    if (child.exitCode !== null) throw await notReady(logFile, `it ended with exit code ${child.exitCode}`);
    const response = await fetch(url, { signal: AbortSignal.timeout(READ_MS) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (performance.now() > deadlineMs) throw await notReady(logFile, `it was not ready in ${READY_MS / 1_000} s`);
    await wait(READY_POLL_MS, undefined, { signal: start.signal });
  }
};

const READ_MS = 5_000;

const notReady = async (logFile: string, what: string): Promise<SluiceError> => {
  const said = lastLines((await readFile(logFile, "utf8").catch(() => "")).split("\n"), LINES_SHOWN);
  return new SluiceError("EmulatorNotReady", `MiniStack must start, but ${what}${said === "" ? "" : `:\n${said}`}`, {
    hint: `see ${logFile}, then run \`npm run emulator\` again`,
  });
};

/** An emulator takes any credentials and runs any code: it must not be reachable from elsewhere. */
const refuseExposed = async (port: number): Promise<void> => {
  const addresses = Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid);
  for (const { address } of addresses) {
    if (!(await listensAt(address, port))) continue;
    throw new SluiceError("EmulatorExposed", `MiniStack must listen on ${HOST} only, got ${address} too`, {
      hint: "it has been stopped; report this: whoever reaches it can run code on this machine",
    });
  }
};

const CONNECT_MS = 500;

const listensAt = (host: string, port: number): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: CONNECT_MS });
  const end = (isListening: boolean): void => {
    socket.destroy();
    resolve(isListening);
  };
  socket.once("connect", () => end(true));
  socket.once("error", () => end(false));
  socket.once("timeout", () => end(false));
  return promise;
};
