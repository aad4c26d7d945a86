import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords } from "../../lib/cli/demo/records.ts";
import {
  playScenario,
  type QueueSample,
  type QueueSeries,
  type ScenarioResult,
} from "../../lib/cli/scenarios/play-scenario.ts";
import type { Scenario } from "../../lib/cli/scenarios/scenario.ts";
import { scenarioLog } from "../../lib/cli/scenarios/scenario-log.ts";
import { startScenarioReceiver } from "../../lib/cli/scenarios/scenario-receiver.ts";
import { scenarioReport } from "../../lib/cli/scenarios/scenario-report.ts";
import type { workerOf } from "../../lib/cli/worker-of-run.ts";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { JobTypeSettings } from "../../lib/core/settings.ts";
import { testRun } from "../support/embedded-run.ts";
import { keep } from "./keep.ts";

/** One job an invocation: then the receiver's capacity and the limit count the same thing. */
export const ONE_BY_ONE: JobTypeSettings = { batchSize: 1, parallel: 1, timeoutSeconds: 60, memoryMiB: 128 };

export type Proof = {
  readonly scenario: Scenario;
  readonly jobTypes: Readonly<Record<string, JobTypeSettings>>;
  /** Without it the event source mapping is on its own. */
  readonly hasScaler: boolean;
  /** Set by hand before the first job, by job type. */
  readonly fixedLimits?: Readonly<Record<string, number>>;
  readonly mappingUpdateMs?: number;
  readonly steer?: Steer;
};

/** Sets the limit by hand while the scenario plays: another way to scale, to compare with. */
export type Steer = {
  readonly everyMs: number;
  /** @param seen the latest look at the queue */
  readonly limitFor: (seen: QueueSample) => number;
};

/** What the receiver had turned away by a moment, of how many attempts. */
type Moment = { readonly atMs: number; readonly refused: number; readonly attempts: number };

export type ProofResult = ScenarioResult & {
  /** From being submitted to the start of the attempt that ended it, in milliseconds, sorted. */
  readonly waitsMs: readonly number[];
  /** Attempts charged beyond one, over all jobs that succeeded. */
  readonly charged: number;
  /** The share of attempts that the receiver turned away from one moment to another. */
  readonly wasted: (fromMs: number, toMs?: number) => number;
};

/** Plays a scenario on a stage made for it, and keeps the chart. @param name of the file that it is kept in */
export const playProof = async (name: string, proof: Proof): Promise<ProofResult> => {
  const { scenario, jobTypes, hasScaler, fixedLimits = {} } = proof;
  let startedMs = performance.now();
  const log = scenarioLog(() => performance.now() - startedMs);
  const test = await testRun(
    {
      auth: "public",
      jobTypes: Object.fromEntries(Object.entries(jobTypes).map(([type, given]) => [type, withRights(type, given)])),
    },
    {
      accountConcurrency: scenario.accountConcurrency ?? 60,
      onLog: log.onLog,
      mappingUpdateMs: proof.mappingUpdateMs ?? 5_000,
      afterSynthesis: hasScaler ? undefined : removeSchedules,
    },
  );
  const receiver = await startScenarioReceiver(() => scenario.receiver(performance.now() - startedMs));
  const moments: Moment[] = [];
  let steering: NodeJS.Timeout | undefined;
  let last: QueueSample | undefined;
  try {
    for (const [type, limit] of Object.entries(fixedLimits)) await test.post(`/queues/${type}/limit`, { limit });
    startedMs = performance.now();
    const signal = new AbortController().signal;
    const onSample = ([queue]: readonly QueueSeries[]): void => {
      last = queue?.samples.at(-1);
      const { refused } = receiver.counts();
      moments.push({ atMs: performance.now() - startedMs, refused, attempts: log.attempts() });
    };
    const { steer } = proof;
    if (steer !== undefined) {
      const type = Object.keys(jobTypes)[0] ?? "";
      steering = setInterval(() => {
        if (last !== undefined) test.post(`/queues/${type}/limit`, { limit: steer.limitFor(last) });
      }, steer.everyMs);
    }
    const result = await playScenario({ scenario, run: test.run, receiver, log, signal, onSample });
    const records = await recordsOf(test.run);
    const waitsMs = records
      .map(({ startedAtMs, submittedAtMs }) => startedAtMs - submittedAtMs)
      .sort((one, other) => one - other);
    const succeeded = records.filter(({ status }) => status === "succeeded");
    const charged = succeeded.reduce((sum, { attempts }) => sum + attempts - 1, 0);
    const waits = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${Math.round(percentile(waitsMs, share))} ms`);
    keep(name, [scenarioReport(result), `  waits: ${waits.join(", ")}`]);
    return { ...result, waitsMs, charged, wasted: wastedIn(moments) };
  } finally {
    clearInterval(steering);
    await receiver.stop();
    await test.stop();
  }
};

/** Returns the value below which such a share of sorted values lies. */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const wastedIn =
  (moments: readonly Moment[]) =>
  (fromMs: number, toMs = Number.POSITIVE_INFINITY): number => {
    const within = moments.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    const [first, end] = [within[0], within.at(-1)];
    if (first === undefined || end === undefined || end.attempts === first.attempts) return 0;
    return (end.refused - first.refused) / (end.attempts - first.attempts);
  };

const withRights = (type: string, given: JobTypeSettings): JobTypeSettings =>
  type === "deliver-webhook"
    ? { ...given, environment: { ALLOW_PRIVATE_ADDRESSES: "true" }, secrets: ["WEBHOOK_SIGNING_SECRET"] }
    : { ...given, environment: { ALLOW_PRIVATE_ADDRESSES: "true" } };

type Template = { readonly Resources: Record<string, { readonly Type: string }> };

const removeSchedules = (assemblyFolder: string): void => {
  const file = join(assemblyFolder, "Pipeline.template.json");
  const template = JSON.parse(readFileSync(file, "utf8")) as Template;
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (Type === "AWS::Scheduler::Schedule") delete template.Resources[id];
  }
  writeFileSync(file, JSON.stringify(template));
};

const recordsOf = async (run: Parameters<typeof workerOf>[0]) => {
  const variables = run.observe().map(({ functionName }) => run.variablesOf(functionName));
  return await readRecords(run.awsUrl, variables[0]?.[WORKER_VARIABLES.tableName] ?? "");
};
