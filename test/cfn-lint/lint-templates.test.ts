import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { lintTemplates } from "./lint-templates.ts";

describe("lintTemplates", () => {
  it("rejects a machine without Python, with what to install", async () => {
    const cacheFolder = temporaryFolder();
    const linting = lintTemplates({
      templates: {},
      cacheFolder,
      environment: { PATH: join(cacheFolder, "nothing-here") },
      say: () => undefined,
    });

    await expect(linting).rejects.toMatchObject({ code: "PythonMissing", hint: expect.stringContaining("install") });
  });

  it("gives a reason for every check that it leaves out", () => {
    const lines = readFileSync(new URL(".cfnlintrc.yaml", import.meta.url), "utf8")
      .trimEnd()
      .split("\n");

    const unexplained = lines.filter((line, index) => /^ {2}- /.test(line) && !/^ {2}# /.test(lines[index - 1] ?? ""));

    expect(lines.filter((line) => /^ {2}- /.test(line))).not.toEqual([]);
    expect(unexplained).toEqual([]);
  });
});
