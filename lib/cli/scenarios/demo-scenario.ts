import { SluiceError } from "../../core/errors.ts";
import { endOf, type RunOptions, startEmbeddedRun } from "../embedded-run.ts";
import { listenForInterruption } from "../interruption.ts";
import { allowingLoopbackReceivers } from "../loopback-receiver.ts";
import { playScenario, type QueueSeries } from "./play-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { type ScalerChange, scenarioLog } from "./scenario-log.ts";
import { startScenarioReceiver } from "./scenario-receiver.ts";
import { scenarioReport } from "./scenario-report.ts";
import { SCENARIOS } from "./scenarios.ts";

const LINE_EVERY_SAMPLES = 5;

/** Finds a scenario. @throws ScenarioUnknown naming those there are */
export const scenarioNamed = (name: string): Scenario => {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new SluiceError("ScenarioUnknown", `scenario must be one of ${names()}, got ${JSON.stringify(name)}`, {
    hint: "npm run demo -- --help tells what each shows",
  });
};

/** Describes the scenarios, a line or two each. */
export const scenariosHelp = (): string =>
  SCENARIOS.map(({ name, shows }) => `  ${name.padEnd(12)} ${shows}`).join("\n");

const names = (): string => SCENARIOS.map(({ name }) => name).join(", ");

/** Plays a scenario and reports it. @returns the exit code: 1 where a job did not end, or a good one is dead */
export const demoScenario = async (
  scenario: Scenario,
  options: RunOptions,
  environment: NodeJS.ProcessEnv,
): Promise<number> => {
  const interruption = listenForInterruption();
  let startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  const log = scenarioLog(elapsedMs);
  const run = await startEmbeddedRun(
    allowingLoopbackReceivers({
      ...options,
      accountConcurrency: scenario.accountConcurrency ?? options.accountConcurrency,
    }),
    { environment, onSynthesis: () => console.log("synthesizing the template"), onLog: log.onLog },
  );
  try {
    const receiver = await startScenarioReceiver(() => scenario.receiver(elapsedMs()));
    console.log(`${scenario.name}: ${scenario.shows}\n`);
    startedMs = performance.now();
    log.onChange = (change) => console.log(changeLine(change));
    const signal = endOf(run, interruption);
    const playing = playScenario({ scenario, run, receiver, log, signal, onSample: sampleLine });
    const result = await playing.finally(receiver.stop);
    run.failed.throwIfAborted();
    console.log(scenarioReport(result));
    if (interruption.isSignalled()) return 130;
    const { accepted, succeeded, dead, poison } = result.jobs;
    return succeeded + dead === accepted && dead <= poison ? 0 : 1;
  } finally {
    await run.stop();
    interruption.release();
  }
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0).padStart(6)} s`;

const changeLine = ({ atMs, queue, reason }: ScalerChange): string => `${seconds(atMs)}  scaler: ${queue} ${reason}`;

const sampleLine = (queues: readonly QueueSeries[]): void => {
  const looks = queues.flatMap(({ type, samples }) => {
    const last = samples.at(-1);
    return last === undefined || samples.length % LINE_EVERY_SAMPLES !== 0 ? [] : [{ type, ...last }];
  });
  for (const { atMs, type, visible, inFlight, running, allowed } of looks) {
    const numbers = `${visible} wait, ${inFlight} in flight, ${running} of ${allowed} invocations`;
    console.log(`${seconds(atMs)}  ${type}: ${numbers}`);
  }
};
