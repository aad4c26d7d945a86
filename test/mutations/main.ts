import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MUTATIONS, type Mutation } from "./mutations.ts";

/** Breaks the worker on purpose, a line at a time, in a copy of the project, and tells which test noticed. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const COPIED = [
  "bin",
  "lib",
  "lambdas",
  "test",
  "docs",
  "cdk.json",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];

type Finding = { readonly mutation: Mutation; readonly caughtBy: string | undefined; readonly seconds: number };

const copyOfProject = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-mutation-"));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
};

type Report = {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** Returns the first test that fails; none where all pass. */
const firstFailure = (folder: string, tests: readonly string[]): string | undefined => {
  const report = join(folder, "report.json");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--bail=1", "--reporter=json", `--outputFile=${report}`, ...tests];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: "ignore", timeout: 300_000 });
  if (status === 0) return undefined;
  const { testResults }: Report = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter((one) => one.status === "failed"),
  );
  return failed[0]?.fullName ?? `the tests did not start: ${testResults.map(({ message }) => message).join(" ")}`;
};

const tryMutation = (mutation: Mutation): Finding => {
  const startedMs = performance.now();
  const folder = copyOfProject();
  try {
    const file = join(folder, mutation.file);
    const before = readFileSync(file, "utf8");
    if (before.split(mutation.line).length !== 2) throw new Error(`${mutation.file} must have once: ${mutation.line}`);
    writeFileSync(
      file,
      before.replace(mutation.line, () => mutation.broken),
    );
    const caughtBy = firstFailure(folder, mutation.tests);
    return { mutation, caughtBy, seconds: (performance.now() - startedMs) / 1_000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const HELP = `Usage: npm run mutations

Breaks the worker on purpose, a line at a time, in a copy of the project, and prints which test noticed, as a table in
Markdown. Ends with 1 if a breakage went unnoticed.`;

if (process.argv.includes("--help")) {
  console.log(HELP);
} else {
  console.log("| breakage | file | caught by | seconds |\n|---|---|---|---|");
  let survivors = 0;
  for (const mutation of MUTATIONS) {
    const { caughtBy, seconds } = tryMutation(mutation);
    if (caughtBy === undefined) survivors += 1;
    console.log(`| ${mutation.breaks} | \`${mutation.file}\` | ${caughtBy ?? "**nobody**"} | ${seconds.toFixed(0)} |`);
  }
  console.log(`\n${MUTATIONS.length - survivors} of ${MUTATIONS.length} caught`);
  process.exitCode = survivors === 0 ? 0 : 1;
}
