import { type Interruption, listenForInterruption } from "../../lib/cli/interruption.ts";
import { UsageError } from "../../lib/cli/options.ts";
import { isSluiceError } from "../../lib/core/errors.ts";
import { openAws } from "./aws-target.ts";
import { openEmbedded } from "./embedded-target.ts";
import { openEmulator } from "./emulator-target.ts";
import { expectationsSection } from "./expectations-section.ts";
import { takeKept } from "./kept.ts";
import { HELP, type SuiteOptions, suiteOptions } from "./suite-options.ts";
import { cleanUpLines, lineOf, summaryOf } from "./summary.ts";
import { NotRun, SUITE_JOB_TYPES, type Target } from "./target.ts";
import { tryTarget } from "./try-target.ts";

const EXIT = { passed: 0, failed: 1, usedWrongly: 2, notRun: 3, interrupted: 130 } as const;

/** Runs the command line; every error that a user can mend ends in a message, never in a stack trace. */
export const runSuite = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const interruption = listenForInterruption();
  try {
    const options = suiteOptions(args);
    if (typeof options === "string") {
      console.log(options === "help" ? HELP : expectationsSection());
      return EXIT.passed;
    }
    const target = await openTarget(options, environment);
    try {
      checkJobTypes(target);
      return await run(target, options, interruption);
    } finally {
      await target.close();
    }
  } catch (error) {
    return refusal(error);
  } finally {
    interruption.release();
  }
};

/** A project may have given up the job types that are shipped with it. @throws NotRun */
const checkJobTypes = ({ queues }: Target): void => {
  const missing = SUITE_JOB_TYPES.filter((type) => !(type in queues));
  if (missing.length === 0) return;
  throw new NotRun(
    `the stage must have the job types ${SUITE_JOB_TYPES.join(" and ")}, got ${Object.keys(queues).join(", ")}`,
    `add ${missing.join(" and ")} to the stage in bin/stages.ts`,
  );
};

const refusal = (error: unknown): number => {
  if (error instanceof UsageError) {
    console.error(`error: ${error.message}\nhint: npm run e2e -- --help`);
    return EXIT.usedWrongly;
  }
  if (error instanceof NotRun) {
    console.error(`not run: ${error.message}\nhint: ${error.hint}`);
    return EXIT.notRun;
  }
  if (!isSluiceError(error)) throw error;
  console.error(`error: ${error.message}`);
  if (error.hint !== undefined) console.error(`hint: ${error.hint}`);
  return EXIT.failed;
};

const openTarget = (options: SuiteOptions, environment: NodeJS.ProcessEnv): Promise<Target> => {
  switch (options.target) {
    case "embedded":
      return openEmbedded({ environment, say: console.log, showsLogs: options.showsLogs });
    case "emulator":
      return openEmulator();
    case "aws":
      return openAws(options);
  }
};

const run = async (target: Target, options: SuiteOptions, interruption: Interruption): Promise<number> => {
  const kept = options.checksKept ? await takeKept(target.name) : undefined;
  const stopping = new AbortController();
  void interruption.signalled.then(() => stopping.abort(new Error("interrupted")));
  const { signal } = stopping;
  const { ends, ms, cleaned } = await tryTarget(target, options, kept, {
    signal,
    onTenant: (tenant) => console.log(`${target.description}\ntenant ${tenant}\n`),
    onStart: ({ does }) => showRunning(does),
    onEnd: (end) => show(lineOf(end)),
    onCleanUp: () => {
      if (signal.aborted) show("\ninterrupted: cleaning up; a second Ctrl-C ends at once");
    },
  });
  console.log(`\n${cleanUpLines(cleaned)}\n${summaryOf(ends, ms)}`);
  if (signal.aborted) return EXIT.interrupted;
  const isWell = ends.every(({ kind }) => kind !== "failed") && cleaned.failures.length === 0;
  return isWell ? EXIT.passed : EXIT.failed;
};

/** A terminal shows what is being played; a log only what has been. */
const showRunning = (does: string): void => {
  if (process.stdout.isTTY) process.stdout.write(`  ...             ${does}`);
};

const show = (lines: string): void => {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
  console.log(lines);
};
