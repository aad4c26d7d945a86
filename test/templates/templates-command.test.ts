import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../support/pages.ts";
import { templatesOf } from "../support/synthesize.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Snapshots, snapshotsOf } from "./snapshot.ts";
import { templatesCommand } from "./templates-command.ts";

/** Returns what is kept of a stage with one job type. */
const stage = (maxConcurrency: number): Snapshots =>
  snapshotsOf("small", templatesOf("small", { jobTypes: { "profile-csv": { maxConcurrency } } }));

let ten: Snapshots;
let twenty: Snapshots;
beforeAll(() => {
  ten = stage(10);
  twenty = stage(20);
});

type Ran = { readonly code: number; readonly said: string; readonly complained: string };

const run = (folder: string, templates: Snapshots, ...args: readonly string[]): Ran => {
  const [said, complained]: [string[], string[]] = [[], []];
  const world = {
    folder,
    templates: () => templates,
    say: said.push.bind(said),
    complain: complained.push.bind(complained),
  };
  const code = templatesCommand(args, world);
  return { code, said: said.join("\n"), complained: complained.join("\n") };
};

const PROMISE = JSON.stringify({ small: { data: ["JobTable"], pipeline: ["LostQueue"] } });

describe("npm run templates", () => {
  it("fails when a setting changes a template, says how, and passes once that is accepted", () => {
    const folder = temporaryFolder();
    const summary = join(folder, "summary.md");
    run(folder, ten, "--accept");

    const failed = run(folder, twenty, "--markdown", summary);
    const accepted = run(folder, twenty, "--accept");
    const passed = run(folder, twenty);

    expect(failed.code).toBe(1);
    expect(failed.said).toMatch(/\n {8}ScalingConfig\.MaximumConcurrency: 10 → 20\n/);
    expect(failed.said).toMatch(/\n\nAccept it with: npm run templates -- --accept$/);
    expect(readFileSync(summary, "utf8")).toMatch(/^ {6}ScalingConfig\.MaximumConcurrency: 10 → 20$/m);
    expect(accepted).toMatchObject({ code: 0, complained: "" });
    expect(accepted.said).toMatch(/\nAccepted: small\.pipeline\.json\. Commit/);
    expect(passed).toEqual({ code: 0, said: "2 templates are as reviewed", complained: "" });
  });

  it("adds to the file that it is given", () => {
    const folder = temporaryFolder({ "summary.md": "before\n" });

    run(folder, new Map(), "--markdown", join(folder, "summary.md"));

    expect(readFileSync(join(folder, "summary.md"), "utf8")).toMatch(/^before\n### 0 templates are as reviewed\n/);
  });

  it("rejects letting go of what holds state unless it is named", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "stateful-ids.json"), PROMISE);

    const refused = run(folder, ten, "--accept");

    expect(refused.code).toBe(1);
    expect(refused.complained).toMatch(/must name what holds state and goes, got nothing of LostQueue/);
    expect(refused.complained).toMatch(/\nhint: npm run templates -- --accept --let-go LostQueue$/);
    expect(existsSync(join(folder, "small.data.json"))).toBe(false);
    expect(readFileSync(join(folder, "stateful-ids.json"), "utf8")).toBe(PROMISE);

    const accepted = run(folder, ten, "--accept", "--let-go", "LostQueue");

    expect(accepted.code).toBe(0);
    expect(readFileSync(join(folder, "stateful-ids.json"), "utf8")).not.toContain("LostQueue");
  });

  it.each([
    [["--since", "no-such-commit"], /error: --since must be a commit that git knows, got "no-such-commit"/],
    [["--since", "HEAD", "--accept"], /error: --since must stand without --accept/],
    [["--let-go", "Queue"], /error: --let-go must stand with --accept/],
    [["--write"], /error: Unknown option '--write'/],
  ])("rejects %j and names the next step", (args, message) => {
    const { code, complained } = run(temporaryFolder(), new Map(), ...args);

    expect(code).toBe(2);
    expect(complained).toMatch(message);
    expect(complained).toMatch(/\nhint: npm run templates -- --help$/);
  });

  it("ends with its exit code, and without a stack trace", { timeout: 120_000 }, () => {
    const args = ["test/templates/main.ts", "--write"];

    const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });

    expect([status, stderr.split("\n").length]).toEqual([2, 3]);
  });
});
