import { readOptions, UsageError } from "../../lib/cli/options.ts";
import { CASE_NAMES, type CaseName, TARGETS, type TargetName } from "./expectations.ts";

export const HELP = `Usage: npm run e2e -- --target embedded|emulator|aws [options]

Submits, batches, repeats, cancels, poisons, redrives, controls and reads, through the HTTP API and AWS's SDK alone, and
compares what happens with what is expected of the target. Takes away what it has made.

Targets:
  embedded     starts a run of its own on free ports, and stops it
  emulator     the stage that \`npm run emulator\` has deployed
  aws          a stage in the account of the default credentials; requests are signed with them

Options:
  --target NAME      which target
  --only NAME        plays this case only; may be given several times
  --keep             leaves a finished and a waiting job (emulator, aws): deploy again, then --check-kept
  --check-kept       checks first that both are still there, and at the end that the waiting one runs
  --logs             prints what the functions log (embedded)
  --stage NAME       the stage (aws; default dev)
  --region NAME      its region (aws; default as the environment or the profile says)
  --api-url URL      where its HTTP API answers (aws; default as the stack's output says)
  --bearer TOKEN     for a stage that takes JWTs (aws)
  --api-key KEY      for a stage that takes API keys (aws)
  --protected-too    plays also on a stage whose data is protected (aws)
  --table            prints what is expected of which target, and plays nothing
  --help             prints this

On aws the suite pauses and limits the queue profile-csv for some minutes, runs some 200 jobs for a few cents at most,
and its dead jobs raise alarms: use a stage that nobody depends on.

Exits 0 if all went as expected, 1 if not, 2 if used wrongly, 3 if the target could not be tried (no credentials, no
stage, no emulator), 130 if interrupted.

Cases:
${CASE_NAMES.map((name) => `  ${name}`).join("\n")}`;

/** As they are read. */
export const OPTIONS = {
  target: { type: "string" },
  only: { type: "string", multiple: true, default: [] as string[] },
  keep: { type: "boolean", default: false },
  "check-kept": { type: "boolean", default: false },
  logs: { type: "boolean", default: false },
  stage: { type: "string" },
  region: { type: "string" },
  "api-url": { type: "string" },
  bearer: { type: "string" },
  "api-key": { type: "string" },
  "protected-too": { type: "boolean", default: false },
  table: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export type SuiteOptions = {
  readonly target: TargetName;
  readonly names: readonly CaseName[];
  readonly keeps: boolean;
  readonly checksKept: boolean;
  readonly showsLogs: boolean;
  readonly stage: string;
  readonly region: string | undefined;
  readonly apiUrl: string | undefined;
  readonly bearer: string | undefined;
  readonly apiKey: string | undefined;
  readonly isProtectedAllowed: boolean;
};

/** Options that only one target has. */
const OF_AWS = ["stage", "region", "api-url", "bearer", "api-key", "protected-too"] as const;

/** Reads the command line; `help` and `table` want something printed and nothing played. @throws UsageError */
export const suiteOptions = (args: readonly string[]): SuiteOptions | "help" | "table" => {
  const given = readOptions(args, OPTIONS);
  if (given.help) return "help";
  if (given.table) return "table";
  const target = TARGETS.find((known) => known === given.target);
  if (target === undefined) {
    throw new UsageError(`--target must be one of ${TARGETS.join(", ")}, got ${given.target ?? "nothing"}`);
  }
  const foreign = OF_AWS.filter((name) => target !== "aws" && given[name] !== undefined && given[name] !== false);
  if (foreign.length > 0) throw new UsageError(`--${foreign[0]} is for --target aws only`);
  if (given.logs && target !== "embedded") throw new UsageError("--logs is for --target embedded only");
  if (target === "embedded" && (given.keep || given["check-kept"])) {
    throw new UsageError("--keep and --check-kept are for deployments; --target embedded ends with the suite");
  }
  return {
    target,
    names: namesOf(given.only),
    keeps: given.keep,
    checksKept: given["check-kept"],
    showsLogs: given.logs,
    stage: given.stage ?? "dev",
    region: given.region,
    apiUrl: given["api-url"],
    bearer: given.bearer,
    apiKey: given["api-key"],
    isProtectedAllowed: given["protected-too"],
  };
};

const namesOf = (only: readonly string[]): readonly CaseName[] => {
  const unknown = only.find((name) => !CASE_NAMES.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`--only must name a case, got ${unknown}; --help lists them`);
  return only.length === 0 ? CASE_NAMES : CASE_NAMES.filter((name) => only.includes(name));
};
