import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { API_VARIABLES } from "../lib/core/environment.ts";
import type { JobTypeSettings } from "../lib/core/settings.ts";
import type { LocalEvent } from "../lib/local/events.ts";
import { type LocalRun, startLocal } from "../lib/local/server.ts";

const SYNTHESIZE = fileURLToPath(new URL("synthesize.ts", import.meta.url));
const JOBS_FOLDER = fileURLToPath(new URL("jobs/", import.meta.url));

/** Starts an embedded run of bench job types on free ports, hands it over, and stops it. */
export const withRun = async <T>(
  jobTypes: Readonly<Record<string, JobTypeSettings>>,
  work: (run: LocalRun, assemblyFolder: string) => Promise<T>,
  options: { readonly onEvent?: (event: LocalEvent) => void; readonly jobsFolder?: string } = {},
): Promise<T> => {
  const assemblyFolder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  const jobsFolder = options.jobsFolder ?? JOBS_FOLDER;
  const args = [SYNTHESIZE, assemblyFolder, jobsFolder, JSON.stringify(jobTypes)];
  execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "ignore"] });
  const run = await startLocal({
    assemblyFolder,
    port: 0,
    awsPort: 0,
    accountConcurrency: 100,
    environment: { [API_VARIABLES.metricsPeriodSeconds]: "1" },
    onEvent: options.onEvent,
  });
  try {
    return await work(run, assemblyFolder);
  } finally {
    await run.stop();
    await rm(assemblyFolder, { recursive: true });
  }
};

/** Prints a question's figures where `bench/main.ts` reads them: the last line, as JSON. */
export const answer = (figures: Readonly<Record<string, number>>): void => console.log(JSON.stringify(figures));

/** Waits until a condition holds, looking every few milliseconds. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};
