import { listenForInterruption } from "../../lib/cli/interruption.ts";
import { integerOption, readOptions, UsageError } from "../../lib/cli/options.ts";
import { runCampaign } from "./campaign.ts";
import { report, verdictOf } from "./report.ts";

const HELP = `Usage: npm run chaos -- [options]

Runs jobs through the whole pipeline on this machine while faults are injected: services fail, throttle, are slow or
lose their answers, environments die at every point of a job's way, clocks are wrong, messages come twice or too early,
writes come too late, and the whole process is killed. Then compares what the API accepted, the records, the queues and
the receivers' own ledger.

Exits 0 if every promise held, 1 if not, 2 if used wrongly, 130 if interrupted.

Options:
  --jobs N     how many jobs to submit, 1,000 to 1,000,000 (default 5000)
  --seed N     the same seed makes the same jobs and draws the same faults; how they meet is up to the machine (default 1)
  --kills N    how often the process is killed (default: 1, and one more for each 25,000 jobs)
  --json       prints the verdict as JSON
  --logs       prints what the functions log
  --help       prints this`;

const OPTIONS = {
  jobs: { type: "string", default: "5000" },
  seed: { type: "string", default: "1" },
  kills: { type: "string" },
  json: { type: "boolean", default: false },
  logs: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const JOBS_PER_KILL = 25_000;

const main = async (args: readonly string[]): Promise<number> => {
  const given = readOptions(args, OPTIONS);
  if (given.help) {
    console.log(HELP);
    return 0;
  }
  const jobs = integerOption("jobs", given.jobs, { min: 1_000, max: 1_000_000 });
  const seed = integerOption("seed", given.seed, { min: 0, max: 1_000_000 });
  const kills = integerOption("kills", given.kills ?? String(1 + Math.floor(jobs / JOBS_PER_KILL)), {
    min: 0,
    max: 100,
  });
  const interruption = listenForInterruption();
  const stopping = new AbortController();
  void interruption.signalled.then(() => stopping.abort());
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const campaign = await runCampaign({ jobs, seed, kills, showsLogs: given.logs, say, signal: stopping.signal });
    const verdict = verdictOf(campaign, { jobs, kills });
    const { loadMs, totalMs } = campaign;
    console.log(
      given.json
        ? JSON.stringify({ jobs, seed, loadMs, totalMs, ...verdict })
        : report(campaign, verdict, { jobs, seed }),
    );
    return verdict.isHeld && verdict.isStrong ? 0 : 1;
  } catch (error) {
    if (!interruption.isSignalled()) throw error;
    say("interrupted");
    return 130;
  } finally {
    interruption.release();
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`error: ${error.message}\nhint: npm run chaos -- --help`);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
