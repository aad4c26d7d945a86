import { API_VARIABLES } from "../core/environment.ts";
import { SluiceError } from "../core/errors.ts";
import type { LocalEvent } from "../local/events.ts";
import { defaultAccountConcurrency, type LocalLog, type LocalRun, startLocal } from "../local/server.ts";
import { alarmLine } from "./alarm-line.ts";
import { type AppSource, assemblyFolderOf } from "./app-source.ts";
import type { Interruption } from "./interruption.ts";
import { integerOption, pairsOption, type readOptions } from "./options.ts";

/** Options of every command that starts an embedded run. */
export const RUN_OPTIONS = {
  stage: { type: "string", default: "dev" },
  port: { type: "string" },
  "aws-port": { type: "string" },
  "account-concurrency": { type: "string" },
  env: { type: "string", multiple: true },
  logs: { type: "boolean", default: false },
} as const;

/** Describes {@link RUN_OPTIONS}; the defaults of some differ by command. */
export const runOptionsHelp = (defaults: {
  readonly port: string;
  readonly awsPort: string;
  readonly accountConcurrency?: number;
  /** What `--stage` does, where that differs. */
  readonly stage?: string;
}): string =>
  `  --stage NAME               ${defaults.stage ?? "which stage of bin/stages.ts to run (default dev)"}
  --port N                   where the HTTP API listens on 127.0.0.1; 0 takes any free port (default ${defaults.port})
  --aws-port N               where AWS calls are answered on 127.0.0.1; 0 takes any free port (default ${defaults.awsPort})
  --account-concurrency N    invocations that the account allows at once (default ${defaults.accountConcurrency ?? defaultAccountConcurrency()}, sized to this machine)
  --env NAME=VALUE           overrides a variable of the functions that have it; may be given several times
  --logs                     prints what the functions log`;

export type RunOptions = {
  readonly stage: string;
  /** @default the stage of this project */
  readonly source?: AppSource;
  /** Which stacks of the app, with those that they depend on. @default all */
  readonly stacks?: readonly string[] | undefined;
  readonly port: number;
  readonly awsPort: number;
  readonly accountConcurrency: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly showsLogs: boolean;
  /** Where data is kept. @default in memory, until the run stops */
  readonly dataFolder?: string | undefined;
};

type Given = ReturnType<typeof readOptions<typeof RUN_OPTIONS>>;

/** Checks {@link RUN_OPTIONS}. @throws UsageError */
export const runOptions = (given: Given, ports: { readonly port: string; readonly awsPort: string }): RunOptions => {
  const port = { min: 0, max: 65_535 };
  const account = given["account-concurrency"];
  return {
    stage: given.stage,
    port: integerOption("port", given.port ?? ports.port, port),
    awsPort: integerOption("aws-port", given["aws-port"] ?? ports.awsPort, port),
    accountConcurrency:
      account === undefined
        ? defaultAccountConcurrency()
        : integerOption("account-concurrency", account, { min: 1, max: 10_000 }),
    environment: pairsOption("env", given.env ?? []),
    showsLogs: given.logs,
  };
};

/** How fine the embedded run's metrics are, in seconds: `GET /queues` may ask for them as they are. */
const METRICS_PERIOD_SECONDS = "1";

/** An embedded run, as a command holds it. */
export type EmbeddedRun = LocalRun & {
  /** Aborts when the run is of no more use; the reason is an error that says why, and what is left. */
  readonly failed: AbortSignal;
};

/** Synthesizes the app where that is needed, and starts it on this machine. */
export const startEmbeddedRun = async (
  options: RunOptions,
  hooks: {
    readonly environment: NodeJS.ProcessEnv;
    readonly onSynthesis: () => void;
    readonly onLog?: (line: LocalLog) => void;
    readonly onEvent?: (event: LocalEvent) => void;
  },
): Promise<EmbeddedRun> => {
  const source = options.source ?? { kind: "stage", stage: options.stage };
  const failing = new AbortController();
  const run = await startLocal({
    assemblyFolder: await assemblyFolderOf(source, hooks.environment, hooks.onSynthesis),
    stacks: options.stacks,
    port: options.port,
    awsPort: options.awsPort,
    accountConcurrency: options.accountConcurrency,
    dataFolder: options.dataFolder,
    environment: { [API_VARIABLES.metricsPeriodSeconds]: METRICS_PERIOD_SECONDS, ...options.environment },
    onLog: (line) => {
      if (options.showsLogs) process.stderr.write(`${line.functionName} ${line.text.trimEnd()}\n`);
      hooks.onLog?.(line);
    },
    onEvent: (event) => {
      const line = alarmLine(event);
      if (line !== undefined) process.stderr.write(`${line}\n`);
      if (event.kind === "store-failed") failing.abort(storeFailed(event.message, options.dataFolder));
      hooks.onEvent?.(event);
    },
  });
  const { signal: failed } = failing;
  // What still runs can settle nothing any more: nobody waits for it.
  return { ...run, failed, stop: (how) => run.stop(failed.aborted ? { drainMs: 0 } : how) };
};

const storeFailed = (message: string, dataFolder: string | undefined): SluiceError =>
  new SluiceError("StoreFailed", `the run's store must go on until the run stops, but it failed: ${message}`, {
    hint:
      dataFolder === undefined
        ? "start again; queues, records and objects were in memory, and are gone"
        : `start again; queues, records and objects are kept in ${dataFolder}, and jobs that ran will run again`,
  });

/** Returns a signal that aborts when somebody interrupts a run, or when it fails. */
export const endOf = (run: EmbeddedRun, interruption: Interruption): AbortSignal => {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  void interruption.signalled.then(end);
  run.failed.addEventListener("abort", end);
  if (run.failed.aborted) end();
  return ending.signal;
};
