import { once } from "node:events";
import type { LocalRun } from "../../local/server.ts";
import { appSource, sourceTitle } from "../app-source.ts";
import { endOf, RUN_OPTIONS, runOptions, runOptionsHelp, startEmbeddedRun } from "../embedded-run.ts";
import { listenForInterruption } from "../interruption.ts";
import type { Command } from "../main.ts";
import { readOptions } from "../options.ts";
import { IS_PROJECT } from "../project.ts";

const PORTS = { port: "3000", awsPort: "4566" } as const;

const STAGE_OF_APP = "given to `cdk synth` as the context `stage` (default none)";

const HELP = `Usage: ${IS_PROJECT ? "npm start -- [options]" : "npx sluice start [options]"}

Runs ${IS_PROJECT ? "a stage" : "the CDK app of this folder"} on this machine, from its synthesized template: the HTTP
API, the queues, workers that scale as AWS scales them, the table and the bucket. Prints "ready" when it can be used.
Ctrl-C lets running jobs end, then stops; data is kept in memory and gone then, unless --data names a folder for it.

Options:
${runOptionsHelp(IS_PROJECT ? PORTS : { ...PORTS, stage: STAGE_OF_APP })}
  --assembly DIR             runs what \`cdk synth\` wrote to this folder, and synthesizes nothing
  --stack NAME               runs this stack and those that it depends on, not all; may be given several times
  --data DIR                 keeps queues, table, objects and secrets in this folder, and goes on with what is there
  --explain                  lists what this run does not do as AWS does, and why, then goes on
  --help                     prints this`;

const OPTIONS = {
  ...RUN_OPTIONS,
  stage: { type: "string" },
  assembly: { type: "string" },
  stack: { type: "string", multiple: true },
  data: { type: "string" },
  explain: { type: "boolean", default: false },
} as const;

const SYNTHESIZING = IS_PROJECT
  ? "synthesizing (the sources have changed since the last run)"
  : "synthesizing the app of this folder";

/** `sluice start`: an embedded run until Ctrl-C. */
export const start: Command = {
  summary: IS_PROJECT ? "runs a stage on this machine" : "runs the CDK app of this folder on this machine",
  help: HELP,
  run: async (args, environment) => {
    const given = readOptions(args, OPTIONS);
    const source = appSource(given);
    const options = {
      ...runOptions({ ...given, stage: given.stage ?? "dev" }, PORTS),
      source,
      stacks: given.stack,
      dataFolder: given.data,
    };
    const startedMs = performance.now();
    const interruption = listenForInterruption();
    const run = await startEmbeddedRun(options, {
      environment,
      onSynthesis: () => console.log(SYNTHESIZING),
    });
    describe(run, sourceTitle(source), given.explain);
    console.log(`ready in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s (Ctrl-C stops)`);
    const end = endOf(run, interruption);
    if (!end.aborted) await once(end, "abort");
    if (!run.failed.aborted) console.log("\nstopping: running jobs may end, a second Ctrl-C stops at once");
    await run.stop();
    interruption.release();
    run.failed.throwIfAborted();
    console.log(run.data === undefined ? "stopped" : `stopped; data is kept in ${run.data.folder}`);
    return 0;
  },
};

const dataLine = (data: LocalRun["data"]): string => {
  if (data === undefined) return "in memory, gone when this stops   (--data DIR keeps it)";
  const { messages, records, objects } = data.found;
  return `${data.folder}   (found messages: ${messages}, records: ${records}, objects: ${objects})`;
};

const describe = (run: LocalRun, title: string, isExplained: boolean): void => {
  const queues = run.observe().map(({ functionName }) => functionName);
  console.log(`Sluice, ${title}
  API    ${run.apiUrl}   (GET ${run.apiUrl}/openapi.json describes it)${run.apiKeys.map((key) => `\n  key    ${key}   (in the header x-api-key)`).join("")}
  AWS    ${run.awsUrl}   (aws --endpoint-url, or an SDK client's endpoint; any credentials)
  queues ${queues.length}
  data   ${dataLine(run.data)}`);
  if (!isExplained) {
    console.log(`  ${run.differences.length} differences from AWS; --explain lists them`);
    return;
  }
  console.log("  different from AWS:");
  for (const { type, property, why } of run.differences) console.log(`    ${type} ${property}: ${why}`);
};
