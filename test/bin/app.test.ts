import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stages } from "../../bin/stages.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const APP = fileURLToPath(new URL("../../bin/app.ts", import.meta.url));
const UNBUNDLED = { "aws:cdk:bundling-stacks": [] };

/** Runs the app as the CDK's command line does, with no AWS variables about. */
const run = (context: Readonly<Record<string, unknown>>) => {
  const folder = temporaryFolder();
  const env = { PATH: process.env.PATH, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const { status, stderr } = spawnSync(process.execPath, [APP], { env, encoding: "utf8" });
  return { status, stderr, folder };
};

describe("bin/app.ts", () => {
  test.each([undefined, ...Object.keys(stages)])("synthesizes stage %s with no credentials", (stage) => {
    const { status, stderr, folder } = run({ ...UNBUNDLED, stage });

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(existsSync(join(folder, "Data.template.json"))).toBe(true);
    expect(existsSync(join(folder, "Pipeline.template.json"))).toBe(true);
  });

  test("says what alarms and dashboard cost, where a stack is to be deployed", () => {
    const { status, stderr } = run({ "aws:cdk:bundling-stacks": ["Data"], stage: "dev" });

    expect(stderr).toMatch(/^\d+ alarms on \d+ metrics, .*: \$\d+\.\d\d a month, .*\n$/);
    expect(status).toBe(0);
  });

  test("rejects an unknown stage in two lines, naming the known ones", () => {
    const { status, stderr, folder } = run({ ...UNBUNDLED, stage: "staging" });

    expect(stderr).toBe(
      'error: stage must be one of dev, prod, emulator, got "staging"\n' +
        "hint: choose one with `-c stage=<name>`, or add it to bin/stages.ts\n",
    );
    expect(status).toBe(1);
    expect(existsSync(join(folder, "manifest.json"))).toBe(false);
  });

  test("keeps the trace of an error that is not its own", () => {
    const { status, stderr } = run({ ...UNBUNDLED, "@aws-cdk/core:defaultCrossStackReferences": "nonsense" });

    expect(stderr).toContain("nonsense");
    expect(stderr).toMatch(/^ +at .*app\.ts:\d+/m);
    expect(status).toBe(1);
  });
});
