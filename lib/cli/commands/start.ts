import type { LocalRun } from "../../local/server.ts";
import { RUN_OPTIONS, runOptions, runOptionsHelp, startEmbeddedRun } from "../embedded-run.ts";
import { listenForInterruption } from "../interruption.ts";
import type { Command } from "../main.ts";
import { readOptions } from "../options.ts";

const PORTS = { port: "3000", awsPort: "4566" } as const;

const HELP = `Usage: npm start -- [options]

Runs a stage on this machine from its synthesized template: the HTTP API, the queues, workers that scale as AWS scales
them, and the table. Prints "ready" when it can be used. Ctrl-C lets running jobs end, then stops; state is kept in
memory only.

Options:
${runOptionsHelp(PORTS)}
  --explain                  lists what this run does not do as AWS does, and why, then goes on
  --help                     prints this`;

/** `sluice start`: an embedded run until Ctrl-C. */
export const start: Command = {
  summary: "runs a stage on this machine",
  help: HELP,
  run: async (args, environment) => {
    const given = readOptions(args, { ...RUN_OPTIONS, explain: { type: "boolean", default: false } });
    const options = runOptions(given, PORTS);
    const startedMs = performance.now();
    const interruption = listenForInterruption();
    const run = await startEmbeddedRun(options, {
      environment,
      onSynthesis: () => console.log("synthesizing (the sources have changed since the last run)"),
    });
    describe(run, options.stage, given.explain);
    console.log(`ready in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s (Ctrl-C stops)`);
    await interruption.signalled;
    console.log("\nstopping: running jobs may end, a second Ctrl-C stops at once");
    await run.stop();
    interruption.release();
    console.log("stopped");
    return 0;
  },
};

const describe = (run: LocalRun, stage: string, isExplained: boolean): void => {
  const queues = run.observe().map(({ functionName }) => functionName);
  console.log(`Sluice, stage ${stage}
  API    ${run.apiUrl}   (GET ${run.apiUrl}/openapi.json describes it)
  AWS    ${run.awsUrl}   (aws --endpoint-url, or an SDK client's endpoint; any credentials)
  queues ${queues.length}`);
  if (!isExplained) {
    console.log(`  ${run.differences.length} differences from AWS; --explain lists them`);
    return;
  }
  console.log("  different from AWS:");
  for (const { type, property, why } of run.differences) console.log(`    ${type} ${property}: ${why}`);
};
