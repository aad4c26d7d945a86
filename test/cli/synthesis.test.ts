import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { synthesize, synthesizeApp } from "../../lib/cli/synthesis.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A folder of an app whose `cdk` is this script. */
const appWith = (cdk: string): string =>
  temporaryFolder({
    "cdk.json": "{}",
    "node_modules/aws-cdk/package.json": "{}",
    "node_modules/aws-cdk/bin/cdk": cdk,
  });

const synthesis = (appFolder: string, stage?: string) =>
  synthesizeApp({ appFolder, stage, assemblyFolder: join(appFolder, "out"), environment: { GREETING: "hello" } });

const TELLS = `require("fs").writeFileSync("told.json", JSON.stringify({
  args: process.argv.slice(2), greeting: process.env.GREETING,
}))`;

describe("synthesizeApp", () => {
  it("runs the app's own cdk in the app's folder", async () => {
    const folder = appWith(TELLS);

    await synthesis(folder);

    expect(JSON.parse(readFileSync(join(folder, "told.json"), "utf8"))).toEqual({
      args: ["synth", "--no-color", "--quiet", "--output", join(folder, "out")],
      greeting: "hello",
    });
  });

  it("hands the stage over as context", async () => {
    const folder = appWith(TELLS);

    await synthesis(folder, "prod");

    const { args } = JSON.parse(readFileSync(join(folder, "told.json"), "utf8"));
    expect(args.slice(-2)).toEqual(["--context", "stage=prod"]);
  });

  it("finds a cdk that a folder above has installed", async () => {
    const folder = appWith(TELLS);
    const app = join(folder, "apps", "shop");
    mkdirSync(app, { recursive: true });
    writeFileSync(join(app, "cdk.json"), "{}");

    await synthesis(app);

    expect(readFileSync(join(app, "told.json"), "utf8")).toContain("synth");
  });

  it("passes on what a construct warns of, and no progress", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const folder = appWith('console.error("Bundling asset Api...\\n[Warning at /Api] open to everybody\\n");');

    await synthesis(folder);

    expect(said.mock.calls).toEqual([["[Warning at /Api] open to everybody"]]);
    said.mockRestore();
  });

  it("rejects an app that cannot be synthesized, with what cdk said", async () => {
    const folder = appWith('console.error("no such stack"); process.exitCode = 1;');

    await expect(synthesis(folder)).rejects.toMatchObject({
      code: "SynthesisFailed",
      message: `\`cdk synth\` failed in ${folder}:\nno such stack`,
    });
  });

  it("rejects a folder without a cdk.json", async () => {
    const folder = temporaryFolder();

    await expect(synthesis(folder)).rejects.toMatchObject({
      code: "AppMissing",
      message: `${folder} must hold a cdk.json, got none`,
    });
  });

  it("rejects an app that has no cdk installed, and says how to get it", async () => {
    const folder = temporaryFolder({ "cdk.json": "{}" });

    await expect(synthesis(folder)).rejects.toMatchObject({
      code: "CdkMissing",
      message: `${folder} must have the package aws-cdk installed, got none`,
      hint: expect.stringContaining("npm install --save-dev aws-cdk"),
    });
  });
});

/** Writes what the CDK writes: templates under one name, and code under that of its content; here the stage's. */
const SYNTHESIZES = `
const { mkdirSync, writeFileSync } = require("node:fs");
const folder = process.argv[process.argv.indexOf("--output") + 1];
const [, stage] = process.argv.at(-1).split("=");
mkdirSync(folder + "/asset." + stage, { recursive: true });
writeFileSync(folder + "/asset." + stage + "/index.mjs", "");
writeFileSync(folder + "/Pipeline.assets.json", JSON.stringify({ path: "asset." + stage }));
writeFileSync(folder + "/" + stage + ".template.json", "{}");
`;

const DAY_MS = 86_400_000;

describe("synthesize", () => {
  const project = () => {
    const folder = temporaryFolder({ "cdk.cjs": SYNTHESIZES });
    const assemblyFolder = join(folder, "cdk.out");
    return {
      synthesizeStage: (stage: string) =>
        synthesize({ stage, assemblyFolder, environment: {}, cdk: join(folder, "cdk.cjs") }),
      has: (file: string) => existsSync(join(assemblyFolder, file)),
      lastNamed: (code: string, days: number) => {
        const date = new Date(Date.now() - days * DAY_MS);
        utimesSync(join(assemblyFolder, code), date, date);
      },
    };
  };

  it("is needed once, until the stage, its sources or what came out change", async () => {
    const { synthesizeStage } = project();

    const needed = [await synthesizeStage("a"), await synthesizeStage("a"), await synthesizeStage("b")];

    expect(needed).toEqual([true, false, true]);
  });

  it("keeps the code of what was synthesized before, from which a run may start environments, and nothing else", async () => {
    const { synthesizeStage, has } = project();
    await synthesizeStage("a");

    await synthesizeStage("b");

    expect(["asset.a/index.mjs", "asset.b/index.mjs", "b.template.json"].filter(has)).toHaveLength(3);
    expect(has("a.template.json")).toBe(false);
  });

  it("removes code that nothing has named for three days, not what was named until now", async () => {
    const { synthesizeStage, has, lastNamed } = project();
    for (const stage of ["a", "b", "c"]) await synthesizeStage(stage);
    lastNamed("asset.a", 3.1);
    lastNamed("asset.b", 2.9);
    lastNamed("asset.c", 30);

    await synthesizeStage("d");
    await synthesizeStage("e");

    expect(["a", "b", "c", "d", "e"].filter((stage) => has(`asset.${stage}`))).toEqual(["b", "c", "d", "e"]);
  });
});
