import { closeSync, existsSync, openSync, readSync, writeSync } from "node:fs";

/*
 * What the system under test tells of itself, in a file: each line is written at once, so that it is there however the
 * process ends. `F <fault> <service>` is a fault that was injected, `S <job id> <status>` a final settlement of a job.
 */

export type EventLog = {
  /** @param service that it met, where it met one */
  readonly fault: (name: string, service: string) => void;
  readonly settled: (id: string, status: string) => void;
};

/** Goes on writing a log. */
export const writeEventLog = (file: string): EventLog => {
  const log = openSync(file, "a");
  return {
    fault: (name, service) => void writeSync(log, `F ${name} ${service}\n`),
    settled: (id, status) => void writeSync(log, `S ${id} ${status}\n`),
  };
};

const CHUNK_BYTES = 65_536;

/** Reads a log as it grows. */
export class EventLogReader {
  /** Faults so far, by name and service. */
  readonly faults = new Map<string, Map<string, number>>();
  /** Final settlements so far, by job id. */
  readonly settlements = new Map<string, number>();
  /** Hears of each final settlement. */
  onSettled: (id: string, status: string) => void = () => undefined;
  readonly #file: string;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  #log: number | undefined;
  #rest = "";

  constructor(file: string) {
    this.#file = file;
  }

  /** Reads what was written since the last call. */
  read(): void {
    if (this.#log === undefined && existsSync(this.#file)) this.#log = openSync(this.#file, "r");
    if (this.#log === undefined) return;
    for (;;) {
      const bytes = readSync(this.#log, this.#chunk, 0, CHUNK_BYTES, null);
      if (bytes === 0) return;
      const lines = (this.#rest + this.#chunk.toString("latin1", 0, bytes)).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#note(line.split(" "));
    }
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  #note([kind, name = "", detail = ""]: readonly string[]): void {
    if (kind === "F") {
      const services = this.faults.get(name) ?? new Map<string, number>();
      this.faults.set(name, services);
      increment(services, detail);
    } else {
      increment(this.settlements, name);
      this.onSettled(name, detail);
    }
  }
}

const increment = (counts: Map<string, number>, name: string): void =>
  void counts.set(name, (counts.get(name) ?? 0) + 1);
