import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { checkJobTypeFiles, jobTypeFile } from "../../lib/constructs/job-type-file.ts";
import { PACKAGE_FOLDER } from "../../lib/constructs/node-bundle.ts";
import type { SluiceError } from "../../lib/core/errors.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GOOD = "export const input: unknown = {}; export const run = async (): Promise<void> => {};";

/** Checks files of these texts; returns what was thrown, each line's folder left out. */
const refusalOf = (files: Readonly<Record<string, string>>, ...names: readonly string[]) => {
  const folder = temporaryFolder(files);
  try {
    checkJobTypeFiles(names.map((name) => join(folder, name)));
    return undefined;
  } catch (error) {
    const { code, message, hint } = error as SluiceError;
    return { code, hint, lines: message.replaceAll(`${relative(PACKAGE_FOLDER, folder)}/`, "").split("\n") };
  }
};

describe("checkJobTypeFiles", () => {
  test("accepts files that export an input and a run, and whatever else", () => {
    expect(refusalOf({ "a.ts": GOOD, "b.ts": `${GOOD} export const retry = {};` }, "a.ts", "b.ts")).toBeUndefined();
  });

  test("accepts exports that come from another file", () => {
    expect(refusalOf({ "a.ts": 'export * from "./b.ts";', "b.ts": GOOD }, "a.ts")).toBeUndefined();
  });

  test("rejects a file whose exports come from what it imports lazily", () => {
    const files = { "a.ts": 'export const input = () => import("./b.ts");', "b.ts": GOOD };

    expect(refusalOf(files, "a.ts")?.lines[1]).toBe("  a.ts must export run, got input");
  });

  test("rejects every wrong file at once, and says what to change", () => {
    const files = {
      "good.ts": GOOD,
      "half.ts": "export const input = {};",
      "empty.ts": "",
      "broken.ts": "export const input = ;",
      "lost.ts": `import "./nowhere.ts"; ${GOOD}`,
    };

    const refusal = refusalOf(files, "good.ts", "gone.ts", "half.ts", "empty.ts", "broken.ts", "lost.ts");

    expect(refusal).toEqual({
      code: "JobTypeFilesInvalid",
      hint: "mend the files, or remove their job types from the settings",
      lines: [
        "5 job type files are wrong:",
        "  gone.ts must exist, got no file",
        "  half.ts must export run, got input",
        "  empty.ts must export input and run, got no exports",
        '  broken.ts must compile, got "Unexpected \\";\\"" (broken.ts:1)',
        '  lost.ts must compile, got "Could not resolve \\"./nowhere.ts\\"" (lost.ts:1)',
      ],
    });
  });

  test("rejects one file in the singular, and shows its first three errors", () => {
    const text = ["one", "two", "three", "four", "five"].map((name) => `import "./${name}.ts";`).join("\n");

    const refusal = refusalOf({ "a.ts": text }, "a.ts");

    expect(refusal?.lines[0]).toBe("1 job type file is wrong:");
    expect(refusal?.lines[1]).toContain('"Could not resolve \\"./three.ts\\"" (a.ts:3), 2 more');
    expect(refusal?.lines).toHaveLength(2);
  });
});

describe("jobTypeFile", () => {
  test("finds a module in TypeScript or in JavaScript", () => {
    const folder = temporaryFolder({ "a.ts": GOOD, "a.js": "", "b.js": "", "c.mjs": "" });

    expect(["a", "b", "c"].map((type) => relative(folder, jobTypeFile(folder, type)))).toEqual([
      "a.ts",
      "b.js",
      "c.mjs",
    ]);
  });

  test("names the file to write where there is none", () => {
    expect(jobTypeFile("jobs", "resize")).toBe(join("jobs", "resize.ts"));
  });
});
