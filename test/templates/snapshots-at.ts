import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../lib/cli/options.ts";
import { isSnapshot, type Snapshots } from "./snapshot.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Returns the templates that were reviewed at a commit. @throws UsageError where git does not know it */
export const snapshotsAt = (commit: string): Snapshots => {
  const files = git(commit, "ls-tree", "--name-only", "--end-of-options", commit, "test/snapshots/")
    .split("\n")
    .map((path) => path.replace("test/snapshots/", ""))
    .filter(isSnapshot);
  return new Map(files.map((file) => [file, JSON.parse(git(commit, "show", `${commit}:test/snapshots/${file}`))]));
};

const git = (commit: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 2 ** 20,
  });
  if (status === 0) return stdout;
  const why = (stderr || error?.message || "").trim().split("\n")[0];
  throw new UsageError(`--since must be a commit that git knows, got ${JSON.stringify(commit)} (${why})`);
};
