import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { API_VARIABLES } from "../../lib/core/environment.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { type LocalLog, type LocalOptions, type LocalRun, startLocal } from "../../lib/local/server.ts";
import { synthesizeTo } from "./synthesize.ts";

/** The folder of the job types that only tests have. */
export const TEST_JOBS = fileURLToPath(new URL("jobs/", import.meta.url));

export type TestRun = {
  readonly run: LocalRun;
  readonly post: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly get: (path: string) => Promise<Response>;
  /** Reads a job until it has one of the statuses. */
  readonly jobOnce: (id: string, statuses: readonly string[]) => Promise<Record<string, unknown>>;
  /** What the functions logged. */
  readonly logs: readonly string[];
  readonly stop: () => Promise<void>;
};

/** Synthesizes a stage with real bundles and runs it on free ports. */
export const testRun = async (
  settings: StageSettings,
  options: {
    readonly jobsFolder?: string;
    readonly accountConcurrency?: number;
    readonly environment?: Readonly<Record<string, string>>;
    readonly onLog?: (line: LocalLog) => void;
    readonly onEvent?: LocalOptions["onEvent"];
    /** How long a change of a mapping takes. */
    readonly mappingUpdateMs?: number;
    readonly faults?: LocalOptions["faults"];
    /** Whether `run.passTime` may be called. */
    readonly isTimeMovable?: boolean;
    /** Changes the assembly after it was written. */
    readonly afterSynthesis?: (assemblyFolder: string) => void;
  } = {},
): Promise<TestRun> => {
  const assemblyFolder = await mkdtemp(join(tmpdir(), "sluice-assembly-"));
  synthesizeTo(assemblyFolder, { name: "test", settings, jobsFolder: options.jobsFolder });
  options.afterSynthesis?.(assemblyFolder);
  const logs: string[] = [];
  const run = await startLocal({
    assemblyFolder,
    port: 0,
    awsPort: 0,
    accountConcurrency: options.accountConcurrency,
    environment: { [API_VARIABLES.metricsPeriodSeconds]: "1", ...options.environment },
    mappingUpdateMs: options.mappingUpdateMs,
    faults: options.faults,
    isTimeMovable: options.isTimeMovable,
    onEvent: options.onEvent,
    onLog: (line) => {
      logs.push(line.text);
      options.onLog?.(line);
    },
  });
  const get = (path: string): Promise<Response> => fetch(`${run.apiUrl}${path}`);
  return {
    run,
    logs,
    get,
    post: (path, body, headers = {}) =>
      fetch(`${run.apiUrl}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    jobOnce: async (id, statuses) => {
      for (;;) {
        const job = (await (await get(`/jobs/${id}`)).json()) as Record<string, unknown>;
        if (statuses.includes(String(job.status))) return job;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    stop: async () => {
      await run.stop();
      await rm(assemblyFolder, { recursive: true });
    },
  };
};
