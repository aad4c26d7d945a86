import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { synthesizeTo, templatesOf } from "../support/synthesize.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SETTINGS = { jobTypes: { first: {}, second: { secrets: ["KEY"] } } };
const JOB = 'export const input = {}; export const run = async () => "';

const assetFolders = (assembly: string): readonly string[] =>
  readdirSync(assembly)
    .filter((name) => name.startsWith("asset."))
    .map((name) => join(assembly, name));

describe("Pipeline", () => {
  test("bundles a worker for each job type of the jobs folder, one api and one scaler", () => {
    const jobsFolder = temporaryFolder({ "first.ts": `${JOB}made by first";`, "second.ts": `${JOB}made by second";` });
    const assembly = temporaryFolder();

    synthesizeTo(assembly, { name: "a", settings: SETTINGS, jobsFolder });

    const codes = assetFolders(assembly).map((folder) => readFileSync(join(folder, "index.mjs"), "utf8"));
    expect(codes).toHaveLength(4);
    expect(codes.filter((code) => code.includes("made by first"))).toHaveLength(1);
    expect(codes.filter((code) => code.includes("made by second"))).toHaveLength(1);
  });

  test("gives the same assets to the same sources", () => {
    const jobsFolder = temporaryFolder({ "first.ts": `${JOB}1";`, "second.ts": `${JOB}2";` });
    const [one, two] = [temporaryFolder(), temporaryFolder()];

    synthesizeTo(one, { name: "a", settings: SETTINGS, jobsFolder });
    synthesizeTo(two, { name: "b", settings: SETTINGS, jobsFolder });

    expect(readdirSync(two).filter((name) => name.startsWith("asset."))).toEqual(
      readdirSync(one).filter((name) => name.startsWith("asset.")),
    );
  });

  test("rejects job types whose files are missing, before anything is written", () => {
    const jobsFolder = temporaryFolder({ "first.ts": `${JOB}";` });
    const assembly = temporaryFolder();

    const synthesis = () => synthesizeTo(assembly, { name: "a", settings: SETTINGS, jobsFolder });

    expect(synthesis).toThrow(/second\.ts must exist, got no file/);
    expect(assetFolders(assembly)).toEqual([]);
  });

  test("asks for no files where nothing is bundled, as in `cdk destroy`", () => {
    expect(() => templatesOf("a", SETTINGS)).not.toThrow();
  });
});
