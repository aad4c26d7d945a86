import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ChaosSystem, synthesizeChaos } from "./chaos-system.ts";
import { EventLogReader } from "./event-log.ts";
import type { DeadLetter, Evidence } from "./evidence.ts";
import { faultPlan } from "./fault-kinds.ts";
import { fixLimits } from "./fix-limits.ts";
import { lastRedrives } from "./last-redrives.ts";
import { LIMITS } from "./limits.ts";
import { Load } from "./load.ts";
import { readDeadLetters, readRecords } from "./read-evidence.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { untilEmpty } from "./until-empty.ts";

export type CampaignOptions = {
  readonly jobs: number;
  readonly seed: number;
  /** How often the process is killed. */
  readonly kills: number;
  /** Prints what functions log. */
  readonly showsLogs: boolean;
  /** Takes a line about how it goes, now and then. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

export type Campaign = {
  readonly evidence: Evidence;
  /** Injected faults, by name and by the service they met. */
  readonly faults: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly kills: number;
  /** Requests of the submitter that nobody answered. */
  readonly unanswered: number;
  /** From the first submission until the queues were empty. */
  readonly loadMs: number;
  readonly totalMs: number;
};

/**
 * Runs a campaign: jobs are submitted, cancelled and redriven while faults are injected and the process is killed;
 * then, without faults, the queues run empty, dead jobs are redriven, and every side is asked what it knows.
 *
 * @throws where the system under test ends by itself, or the signal aborts
 */
export const runCampaign = async (options: CampaignOptions): Promise<Campaign> => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-chaos-"));
  const receiver = await startReceiver();
  const eventsFile = join(folder, "events");
  const reader = new EventLogReader(eventsFile);
  const system = new ChaosSystem({
    assemblyFolder: join(folder, "assembly"),
    dataFolder: join(folder, "data"),
    eventsFile,
    showsLogs: options.showsLogs,
    planOf: (life) => faultPlan(options.jobs, options.seed * 1_000 + life),
  });
  try {
    options.say("synthesizing");
    await synthesizeChaos(join(folder, "assembly"));
    await system.start();
    await fixLimits(system, LIMITS);
    return await play({ options, receiver, reader, system });
  } finally {
    await system.stop();
    await receiver.stop();
    reader.close();
    await rm(folder, { recursive: true, force: true });
  }
};

export type Stage = {
  readonly options: CampaignOptions;
  readonly receiver: Receiver;
  readonly reader: EventLogReader;
  readonly system: ChaosSystem;
};

const play = async (stage: Stage): Promise<Campaign> => {
  const { options, receiver, reader, system } = stage;
  const startedMs = performance.now();
  const load = new Load(stage);
  await load.run();
  system.endFaults();
  options.say("faults are over: the queues run empty");
  const leftInQueues = await untilEmpty(stage);
  const loadMs = performance.now() - startedMs;
  const worker = system.workers[0];
  if (worker === undefined) throw new Error("the chaos stage must have workers");
  const drained = await readRecords(system.awsUrl, worker);
  receiver.heal();
  options.say("dead jobs are redriven, each by two at once");
  const redriven = await lastRedrives(stage, drained);
  await untilEmpty(stage);
  // Log lines of the last settlements may still be on their way.
  await pause(1_000);
  reader.read();
  const records = await readRecords(system.awsUrl, worker);
  const deadLetters: DeadLetter[] = [];
  for (const each of system.workers) deadLetters.push(...(await readDeadLetters(system.awsUrl, each)));
  const evidence = {
    ...evidenceOf(load, receiver),
    drained,
    records,
    lastRedrives: redriven,
    deadLetters,
    leftInQueues,
  };
  return {
    evidence: { ...evidence, settlements: reader.settlements },
    faults: reader.faults,
    kills: system.kills,
    unanswered: load.unanswered,
    loadMs,
    totalMs: performance.now() - startedMs,
  };
};

const evidenceOf = ({ accepted, cancels, redrives, malformed }: Load, { ledger }: Receiver) => ({
  accepted,
  cancels,
  redrives,
  malformed,
  ledger,
});
