import { fileURLToPath } from "node:url";
import { WORKER_VARIABLES } from "../../core/environment.ts";
import { defaultAccountConcurrency } from "../../local/server.ts";
import { liveView } from "../demo/live-view.ts";
import { type Receiver, startReceiver } from "../demo/receiver.ts";
import { readRecords } from "../demo/records.ts";
import { CONNECTIONS, replay } from "../demo/replay.ts";
import { report } from "../demo/report.ts";
import { collectSettlements, type Settlements } from "../demo/settlements.ts";
import { type Arrival, readTrace } from "../demo/trace.ts";
import { judge } from "../demo/verdict.ts";
import { watchRun } from "../demo/watch.ts";
import {
  type EmbeddedRun,
  endOf,
  RUN_OPTIONS,
  type RunOptions,
  runOptions,
  runOptionsHelp,
  startEmbeddedRun,
} from "../embedded-run.ts";
import { listenForInterruption } from "../interruption.ts";
import { allowingLoopbackReceivers } from "../loopback-receiver.ts";
import type { Command } from "../main.ts";
import { numberOption, readOptions } from "../options.ts";
import { demoScenario, scenarioNamed, scenariosHelp } from "../scenarios/demo-scenario.ts";
import { type WorkerOfRun, workerOf } from "../worker-of-run.ts";

const SHIPPED_TRACE = fileURLToPath(new URL("../demo/azure-2019-queue-excerpt.csv", import.meta.url));
const PORTS = { port: "0", awsPort: "0" } as const;
const JOB_TYPE = "deliver-webhook";
/** Longer answers are cut, so that a trace's few very long runs do not decide how long the demo takes. */
const LONGEST_ANSWER_MS = 3_000;

const HELP = `Usage: npm run demo -- [options]

Replays real traffic through the pipeline on this machine: each arrival of the trace is posted to the HTTP API as one
deliver-webhook job, and its receiver answers after the trace's own duration (at most ${LONGEST_ANSWER_MS / 1_000} s). Shows queue depth and
concurrency as they go, then compares what was accepted with the records and with the receiver's own ledger. Exits 1 if
anything is lost, badly signed or settled twice.

With --scenario it plays one of the situations that the scaler is for instead, and shows what the scaler changes and
why. Exits 1 if a job did not end, or a good one is dead.

${scenariosHelp()}

Options:
  --scenario NAME            one of the above
  --trace FILE               CSV with columns arrival_ms[,duration_ms] (default: 150 s of Azure Functions traffic, 2019)
  --speed N                  replays N times as fast, 0.1 to 50 (default 1)
${runOptionsHelp({
  port: "any free port",
  awsPort: "any free port",
  accountConcurrency: defaultAccountConcurrency() + CONNECTIONS,
})}
  --help                     prints this`;

const OPTIONS = {
  ...RUN_OPTIONS,
  scenario: { type: "string" },
  trace: { type: "string", default: SHIPPED_TRACE },
  speed: { type: "string", default: "1" },
} as const;

/** `sluice demo`: real traffic, from the first arrival to the report. */
export const demo: Command = {
  summary: "replays real traffic on this machine and reports what became of it",
  help: HELP,
  run: async (args, environment) => {
    const given = readOptions(args, OPTIONS);
    const options = withRoomForClient(runOptions(given, PORTS), given["account-concurrency"] !== undefined);
    if (given.scenario !== undefined) return await demoScenario(scenarioNamed(given.scenario), options, environment);
    const speed = numberOption("speed", given.speed, { min: 0.1, max: 50 });
    const arrivals = await readTrace(given.trace);
    const interruption = listenForInterruption();
    const settlements = collectSettlements();
    const run = await startEmbeddedRun(allowingLoopbackReceivers(options), {
      environment,
      onSynthesis: () => console.log("synthesizing the template"),
      onLog: settlements.onLog,
    });
    try {
      const worker = workerOf(run, JOB_TYPE);
      const receiver = await startReceiver(worker.variables.WEBHOOK_SIGNING_SECRET ?? "");
      const lasts = ((arrivals.at(-1)?.arrivalMs ?? 0) / speed / 1_000).toFixed(0);
      console.log(`replaying ${arrivals.length} arrivals over ${lasts} s, stage ${options.stage}, API ${run.apiUrl}`);
      const signal = endOf(run, interruption);
      const isClean = await play({ run, worker, receiver, settlements, arrivals, speed, signal }).finally(
        receiver.stop,
      );
      return interruption.isSignalled() ? 130 : isClean ? 0 : 1;
    } finally {
      await run.stop();
      interruption.release();
    }
  },
};

/** The API answers the demo's own requests beside the workers: where nobody says how large the account is, it has room for both. */
const withRoomForClient = (options: RunOptions, isGiven: boolean): RunOptions =>
  isGiven ? options : { ...options, accountConcurrency: options.accountConcurrency + CONNECTIONS };

type Play = {
  readonly run: EmbeddedRun;
  readonly worker: WorkerOfRun;
  readonly receiver: Receiver;
  readonly settlements: Settlements;
  readonly arrivals: readonly Arrival[];
  readonly speed: number;
  readonly signal: AbortSignal;
};

const play = async ({ run, worker, receiver, settlements, arrivals, speed, signal }: Play): Promise<boolean> => {
  const watch = watchRun(run, worker.functionName, settlements, liveView(process.stdout));
  const replayed = await replay(arrivals, {
    apiUrl: run.apiUrl,
    speed,
    signal,
    onAccepted: watch.onAccepted,
    inputOf: ({ durationMs }, index) => ({
      url: receiver.urlFor(Math.min(durationMs, LONGEST_ANSWER_MS) / speed),
      event: "invocation.arrived",
      data: { arrival: index },
    }),
  });
  await watch.untilDone(replayed.accepted.length, signal);
  watch.stop();
  run.failed.throwIfAborted();
  const records = await readRecords(run.awsUrl, worker.variables[WORKER_VARIABLES.tableName] ?? "");
  const verdict = judge(replayed, records, receiver.ledger(), settlements.final);
  console.log(report(verdict, watch.samples, replayed.latestMs));
  if (signal.aborted) console.log("interrupted: the jobs that were under way count as lost");
  return verdict.isClean;
};
