import { writeSync } from "node:fs";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import { type LocalLog, type LocalOptions, startLocal } from "../../lib/local/server.ts";
import { writeEventLog } from "./event-log.ts";
import type { FromSystem, SystemSettings, ToSystem } from "./system-messages.ts";

/** The system under test, in the process that gets killed: an embedded run that tells its parent how it is doing. */

const OBSERVED_EVERY_MS = 200;

const settings: SystemSettings = JSON.parse(process.argv[2] ?? "");
const log = writeEventLog(settings.eventsFile);

const tell = (message: FromSystem): void => void process.send?.(message);

const noteSettlement = ({ text }: LocalLog): void => {
  if (!text.includes('"job.settled"')) return;
  const { id, status, settled } = JSON.parse(text);
  if (settled === "settled" && status !== "retrying") log.settled(id, status);
};

const serviceOf = (where: string): string => /^(DynamoDB|AmazonSQS|S3)/.exec(where)?.[0] ?? "";

const options: LocalOptions = {
  ...settings.run,
  onLog: (line) => {
    if (settings.showsLogs) writeSync(2, `${line.text}\n`);
    noteSettlement(line);
  },
  onEvent: (event) => {
    if (event.kind === "fault-injected") log.fault(event.name, serviceOf(event.where));
    if (event.kind === "store-failed") tell({ kind: "failed", message: event.message });
  },
};

// Ctrl-C is for the parent to decide about.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(1));

const run = await startLocal(options);
const workers = run.observe().map(({ functionName }) => {
  const variables = run.variablesOf(functionName);
  return { jobType: variables[WORKER_VARIABLES.jobType] ?? "", variables };
});
tell({ kind: "ready", apiUrl: run.apiUrl, awsUrl: run.awsUrl, workers });
const timer = setInterval(() => tell({ kind: "observed", mappings: run.observe() }), OBSERVED_EVERY_MS);

process.on("message", async (message: ToSystem) => {
  if (message.kind === "end-faults") return run.endFaults();
  clearInterval(timer);
  await run.stop({ drainMs: 0 });
  process.disconnect();
});
