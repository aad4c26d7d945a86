import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FaultPlan, MappingObservation } from "../../lib/local/server.ts";
import type { ChaosWorker, FromSystem, SystemSettings, ToSystem } from "./system-messages.ts";

const SYSTEM = fileURLToPath(new URL("system.ts", import.meta.url));
const SYNTHESIZE = fileURLToPath(new URL("synthesize.ts", import.meta.url));

/** Writes the assembly of the campaign's stage to a folder. */
export const synthesizeChaos = async (folder: string): Promise<void> => {
  await promisify(execFile)(process.execPath, [SYNTHESIZE, folder]);
};

export type ChaosSystemOptions = {
  readonly assemblyFolder: string;
  /** Keeps queues, table and bucket from one life of the process to the next. */
  readonly dataFolder: string;
  readonly eventsFile: string;
  readonly showsLogs: boolean;
  /** @param life of the process, from 0 */
  readonly planOf: (life: number) => FaultPlan;
};

const START_MS = 60_000;

/** The system under test: a process that is killed and started anew on the same data and the same ports. */
export class ChaosSystem {
  /** Where it answers; the same in every life. */
  apiUrl = "";
  awsUrl = "";
  workers: readonly ChaosWorker[] = [];
  /** How the mappings were doing a moment ago. */
  mappings: readonly MappingObservation[] = [];
  kills = 0;
  /** Why it is of no more use, where it is not. */
  failure: string | undefined;
  readonly #options: ChaosSystemOptions;
  #child: ChildProcess | undefined;

  constructor(options: ChaosSystemOptions) {
    this.#options = options;
  }

  /** Messages that wait in the queues. */
  get visible(): number {
    return this.mappings.reduce((sum, { visible }) => sum + visible, 0);
  }

  /** Starts the process and waits until it answers. @throws where it ends before, or takes too long */
  async start(): Promise<void> {
    const { planOf, eventsFile, showsLogs, ...folders } = this.#options;
    const faults = planOf(this.kills);
    const run = { ...folders, port: portOf(this.apiUrl), awsPort: portOf(this.awsUrl), faults };
    const settings: SystemSettings = { run, eventsFile, showsLogs };
    const child = spawn(process.execPath, [SYSTEM, JSON.stringify(settings)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    child.once("exit", (code, signal) => {
      const reason = `the system under test ended by itself (${code ?? signal})`;
      if (this.#child === child) this.failure ??= reason;
      ready.reject(new Error(reason));
    });
    child.on("message", (message: FromSystem) => {
      this.#hear(message);
      if (message.kind === "ready") ready.resolve();
    });
    const timer = setTimeout(() => {
      ready.reject(new Error(`the system under test did not start within ${START_MS / 1_000} s`));
    }, START_MS);
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Kills the process as a power cut would, and starts the next. */
  async killAndRestart(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    this.mappings = [];
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
    this.kills += 1;
    await this.start();
  }

  endFaults(): void {
    this.#tell({ kind: "end-faults" });
  }

  /** Ends the process, whatever it does. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    this.#tell({ kind: "stop" });
    this.#child = undefined;
    await exited;
  }

  #tell(message: ToSystem): void {
    this.#child?.send(message);
  }

  #hear(message: FromSystem): void {
    switch (message.kind) {
      case "ready":
        this.apiUrl = message.apiUrl;
        this.awsUrl = message.awsUrl;
        this.workers = message.workers;
        break;
      case "observed":
        this.mappings = message.mappings;
        break;
      case "failed":
        this.failure ??= `the store of the system under test failed: ${message.message}`;
    }
  }
}

const portOf = (url: string): number => (url === "" ? 0 : Number(new URL(url).port));
