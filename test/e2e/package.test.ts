import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PackedApp, packedApp } from "../support/packed-app.ts";
import { codeOf } from "../support/pages.ts";

const LOG = [
  '192.0.2.7 - - [12/Oct/2026:06:25:24 +0000] "GET /pictures/cat.png?size=2 HTTP/1.1" 200 5120',
  '192.0.2.7 - ada [12/Oct/2026:06:25:25 +0000] "POST /comments HTTP/1.1" 503 -',
  '198.51.100.3 - - [12/Oct/2026:06:25:27 +0000] "GET /pictures/cat.png HTTP/1.1" 304 0',
  "a line of something else",
].join("\n");

const MINUTES_TO_INSTALL = 10;

describe("the package, in an app of somebody's own", { timeout: 300_000 }, () => {
  let app: PackedApp;
  beforeAll(() => {
    app = packedApp("examples/own-job-type");
    writeFileSync(join(app.folder, "two-stacks.ts"), shown("addStage("));
    writeFileSync(join(app.folder, "jobs/profile-csv.ts"), shown("sluice/jobs/"));
  }, MINUTES_TO_INSTALL * 60_000);
  afterAll(() => app?.remove());

  it("holds what was built, and no source, test or trace", () => {
    const strangers = app.packed.filter(
      (path) =>
        !/^(package\.json|README\.md|LICENSE|bin\/sluice\.mjs|dist\/(bin|lib|lambdas)\/.*\.(js|d\.ts))$/.test(path),
    );

    expect(app.packed).toEqual(expect.arrayContaining(["dist/lib/index.js", "dist/lib/index.d.ts"]));
    expect(strangers).toEqual([]);
  });

  it("brings the types that the app compiles against", () => {
    const { status, stdout } = app.run("tsc");

    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it("synthesizes the app, runs it, and finishes a job of its type", async () => {
    const { apiUrl, stop } = await app.start();
    try {
      expect(await finished(apiUrl, { text: LOG })).toMatchObject({
        status: "succeeded",
        result: {
          requests: 3,
          unreadable: 1,
          bytes: 5_120,
          byStatus: { "2xx": 1, "3xx": 1, "5xx": 1 },
          topPaths: [
            ["/pictures/cat.png", 2],
            ["/comments", 1],
          ],
        },
      });
      expect(await finished(apiUrl, { text: "no log" })).toMatchObject({
        status: "dead",
        error: { code: "Permanent" },
      });
    } finally {
      expect(await stop()).toBe(0);
    }
  });

  it("bundles no part of the CDK into a function", () => {
    const { stacks, files } = assemblyOf(app.folder, "cdk.out", "AccessLogs");

    expect(stacks).toEqual(["AccessLogs"]);
    const codes = files.map((file) => readFileSync(join(app.folder, "cdk.out", file, "index.mjs"), "utf8"));
    expect(codes).toHaveLength(3);
    expect(codes.filter((code) => code.includes("aws-cdk-lib"))).toEqual([]);
  });

  it("runs what was synthesized before", async () => {
    const { apiUrl, stop } = await app.start("--assembly", "cdk.out");
    try {
      expect((await fetch(`${apiUrl}/queues`)).status).toBe(200);
    } finally {
      expect(await stop()).toBe(0);
    }
  });

  it("synthesizes two stacks, with a job type of its own and one that is shipped", () => {
    const { status, stderr } = app.run("cdk", "synth", "--quiet", "--app", "node two-stacks.ts", "--output", "two.out");

    expect(status, stderr).toBe(0);
    expect(stderr).toContain("Bundling asset Pipeline/Pipeline/profile-csv/");
    const { stacks, files } = assemblyOf(app.folder, "two.out", "Pipeline");
    expect(stacks).toEqual(["Data", "Pipeline"]);
    expect(files).toHaveLength(4);
  });

  it("rejects a folder that holds no app, in two lines", () => {
    const empty = join(app.folder, "empty");
    mkdirSync(empty);

    const { status, stderr } = app.run("sh", "-c", "cd empty && sluice start");

    expect(stderr).toMatch(/^error: \S+\/empty must hold a cdk\.json, got none\nhint: .*--assembly DIR\n$/);
    expect(status).toBe(1);
  });

  it("offers no command that needs this project's stages", () => {
    const { stdout } = app.run("sluice", "--help");

    expect(stdout).toMatch(/^ {2}start /m);
    expect(stdout).toMatch(/^ {2}doctor /m);
    expect(stdout).not.toMatch(/^ {2}demo /m);
  });
});

/** Returns the block of docs/library.md that holds some text. */
const shown = (text: string): string =>
  codeOf("docs/library.md", "typescript").find((code) => code.includes(text)) ?? "";

type Job = { readonly status: string };

const finished = async (apiUrl: string, input: unknown): Promise<Job> => {
  const posted = await fetch(`${apiUrl}/jobs/summarize-log`, { method: "POST", body: JSON.stringify({ input }) });
  const { id } = (await posted.json()) as { readonly id: string };
  for (;;) {
    const job = (await (await fetch(`${apiUrl}/jobs/${id}`)).json()) as Job;
    if (["succeeded", "dead"].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

type Manifest = { readonly artifacts: Readonly<Record<string, { readonly type: string }>> };
type Assets = { readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>> };

/** Returns the stacks of an assembly, and the folders of the code that one of them has. */
const assemblyOf = (folder: string, assembly: string, stack: string) => {
  const read = <Json>(file: string) => JSON.parse(readFileSync(join(folder, assembly, file), "utf8")) as Json;
  const { artifacts } = read<Manifest>("manifest.json");
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === "aws:cloudformation:stack");
  const paths = Object.values(read<Assets>(`${stack}.assets.json`).files).map(({ source }) => source.path);
  return { stacks: stacks.map(([name]) => name), files: paths.filter((path) => path.startsWith("asset.")) };
};
