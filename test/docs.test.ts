import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../lambdas/shared/system.ts";
import { type RunEnd, runJob } from "../lambdas/worker/run-job.ts";
import { BUILD, ENTRY_MODULE } from "../lib/constructs/node-bundle.ts";
import type { JobTypeModule } from "../lib/core/job-type.ts";

import { PROBLEMS } from "../lib/core/problem.ts";
import { DEFAULT_RETRY } from "../lib/core/retry.ts";
import { ROUTES } from "../lib/core/routes.ts";
import { parseStage, type StageSettings } from "../lib/core/settings.ts";
import { JOB_TYPE_RULES, STAGE_RULES } from "../lib/core/settings-rules.ts";
import type { Stack } from "../lib/local/assembly.ts";
import { groupDifferences } from "../lib/local/differences.ts";
import { parseTemplate } from "../lib/local/template.ts";
import { checkTemplates } from "../lib/local/template-check.ts";
import { type Answer, followCurls } from "./support/curl.ts";
import { type TestRun, testRun } from "./support/embedded-run.ts";
import { jobContext } from "./support/job-context.ts";
import { serveAnswer } from "./support/local-server.ts";
import {
  codeOf,
  isLinkSound,
  linksOf,
  PAGES,
  proseOf,
  ROOT,
  repositoryFiles,
  rowsOf,
  textOf,
} from "./support/pages.ts";
import { shippedStages } from "./support/synthesize.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

let started: TestRun;
beforeAll(async () => {
  const environment = { ALLOW_PRIVATE_ADDRESSES: "true" };
  started = await testRun(shippedStages.dev ?? { jobTypes: {} }, { environment });
});
afterAll(() => started.stop());

describe("the pages", () => {
  it.each(PAGES)("%s links to files and headings that there are", (page) => {
    const links = linksOf(page).filter((link) => !/^[a-z]+:/.test(link));

    expect(links.filter((link) => !isLinkSound(page, link))).toEqual([]);
  });

  it("use each named link, and name each link they use", () => {
    const faults = PAGES.flatMap((page) => {
      const prose = proseOf(page).replaceAll(/`[^`]*`/g, "");
      const named = [...prose.matchAll(/^\[([^\]]+)\]: /gm)].map(([, name]) => name);
      const used = [...prose.matchAll(/\]\[([^\]]+)\]/g)].map(([, name]) => name);
      const lonely = [...named.filter((name) => !used.includes(name)), ...used.filter((name) => !named.includes(name))];
      return lonely.map((name) => `${page}: ${name}`);
    });

    expect(faults).toEqual([]);
  });

  it("name only commands that package.json and its dependencies have", () => {
    const { scripts, bin } = JSON.parse(textOf("package.json")) as Record<"scripts" | "bin", object>;
    const all = PAGES.map(textOf).join("\n");
    const ran = [...all.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, own]) => run ?? own ?? "");
    const executed = [...all.matchAll(/\bnpx ([\w-]+)/g)].map(([, name = ""]) => name);

    expect(ran.length).toBeGreaterThan(0);
    expect(ran.filter((name) => !(name in scripts))).toEqual([]);
    expect(executed.length).toBeGreaterThan(0);
    expect(executed.filter((name) => !(name in bin || existsSync(join(ROOT, "node_modules/.bin", name))))).toEqual([]);
  });

  it("hold JSON that can be parsed", () => {
    const blocks = PAGES.flatMap((page) => codeOf(page, "json"));

    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(() => JSON.parse(block), block).not.toThrow();
  });
});

/** Where a block of TypeScript would stand: its imports tell. */
const folderOf = (code: string): "lambdas/jobs" | "bin" => (code.includes('"../../lib/') ? "lambdas/jobs" : "bin");

/** Bundles a block as a function's code is bundled, and loads it. */
const load = async <Module>(code: string): Promise<Module> => {
  const stdin = { contents: code, resolveDir: join(ROOT, folderOf(code)), loader: "ts" } as const;
  const { outputFiles } = buildSync({ ...BUILD, stdin });
  const folder = temporaryFolder(Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text])));
  return (await import(pathToFileURL(join(folder, ENTRY_MODULE)).href)) as Module;
};

const run = (module: JobTypeModule, input: unknown, environment = {}): Promise<RunEnd> =>
  runJob(module, input, jobContext({ environment }), { limitMs: 5_000, clock: systemClock });

/** Makes a copy of the project that holds only its pages' TypeScript, each block in its place. */
const projectOfBlocks = (): { readonly folder: string; readonly count: number } => {
  const files = PAGES.flatMap((page) =>
    codeOf(page, "ts").map((code, place) => {
      const name = `${page.replaceAll(/\W/g, "-").toLowerCase()}-${place}.ts`;
      return [`${folderOf(code)}/${name}`, code] as const;
    }),
  );
  const folder = temporaryFolder({ ...Object.fromEntries(files), "package.json": textOf("package.json") });
  for (const name of ["lib", "node_modules"]) symlinkSync(join(ROOT, name), join(folder, name), "dir");
  const tsconfig = { extends: join(ROOT, "tsconfig.json"), include: ["bin", "lambdas"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  return { folder, count: files.length };
};

describe("TypeScript in the pages", () => {
  it("has the right types", () => {
    const { folder, count } = projectOfBlocks();
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

    const { stdout, status } = spawnSync(process.execPath, [tsc, "--project", folder], { encoding: "utf8" });

    expect(count).toBeGreaterThan(3);
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it("makes the README's job type a job type that runs", async () => {
    const [code = ""] = codeOf("README.md", "ts");

    const module = await load<JobTypeModule>(code);

    expect(await run(module, { name: "Ada" })).toEqual({ kind: "succeeded", result: { text: "Hello, Ada" } });
    expect(await run(module, {})).toMatchObject({ kind: "permanent", error: { code: "InvalidInput" } });
  });

  it.each([
    [200, { kind: "succeeded", result: { capturedCents: 990 } }],
    [422, { kind: "permanent" }],
    [429, { kind: "throttled", retryAfterSeconds: 7 }],
    [500, { kind: "transient" }],
  ])("makes the guide's job type end as it should after a %i", async (status, outcome) => {
    const { url, seen } = await serveAnswer(status, { "retry-after": "7" });
    const [code = ""] = codeOf("docs/job-types.md", "ts");
    const module = await load<JobTypeModule>(code);

    const ended = await run(module, { paymentId: "p1", cents: 990 }, { PAYMENTS_URL: url.replace(/\/$/, "") });

    expect(ended).toMatchObject(outcome);
    expect(seen[0]).toMatchObject({ url: "/captures", headers: { "idempotency-key": jobContext().idempotencyKey } });
  });
});

describe("docs/settings.md", () => {
  it("has a row for each setting, with its default", () => {
    const { jobTypes, name: _, ...stage } = parseStage("dev", { jobTypes: { work: {} } });
    const { functionTimeoutSeconds, visibilityTimeoutSeconds, ...jobType } = jobTypes.work ?? {};
    const simple = Object.entries({ ...stage, ...jobType }).filter(([, value]) => typeof value !== "object");
    const rows = rowsOf("docs/settings.md");
    const defaultOf = new Map(rows.map(([name = "", value = ""]) => [name, value.replaceAll('"', "")]));

    expect(Object.keys({ ...STAGE_RULES, ...JOB_TYPE_RULES }).filter((name) => !defaultOf.has(name))).toEqual([]);
    expect(simple.length).toBeGreaterThan(8);
    expect(simple.filter(([name, value]) => defaultOf.get(name) !== String(value))).toEqual([]);
    expect(rows.map((row) => row.at(-1))).toContain(`${functionTimeoutSeconds} s`);
    expect(rows.map((row) => row.at(-1))).toContain(`${visibilityTimeoutSeconds} s`);
  });

  it("shows the error that its wrong stage ends in", async () => {
    const [wrong = ""] = codeOf("docs/settings.md", "ts");
    const [shown = ""] = codeOf("docs/settings.md", "text");
    const { stages } = await load<{ readonly stages: { readonly dev: StageSettings } }>(wrong);

    const parse = (): unknown => parseStage("dev", stages.dev);

    expect(parse).toThrow(
      expect.objectContaining({ message: shown.replace(/^error: /, "").replace(/\nhint: .*\n$/, "") }),
    );
  });
});

describe("docs/http-api.md", () => {
  it("has a row for each route, and for each problem with its status", () => {
    const rows = rowsOf("docs/http-api.md");
    const routes = ROUTES.map(({ method, path }) => `[${method} ${path}](`);
    const problems = Object.entries(PROBLEMS);

    expect(routes.filter((route) => !rows.some(([cell = ""]) => cell.startsWith(route)))).toEqual([]);
    expect(
      problems.filter(([code, { status }]) => !rows.some((row) => row[0] === code && row[1] === `${status}`)),
    ).toEqual([]);
  });
});

describe("docs/job-types.md", () => {
  it("tells the defaults of retry", () => {
    const rows = rowsOf("docs/job-types.md").map(([name, value]) => [name, value]);

    expect(rows).toEqual(
      expect.arrayContaining(Object.entries(DEFAULT_RETRY).map(([name, value]) => [name, `${value}`])),
    );
  });
});

const stackOf = (stage: string, stack: string): Stack => ({
  name: stack,
  assetFolders: new Map(),
  template: parseTemplate(stack, JSON.parse(textOf(`test/snapshots/${stage}.${stack}.json`))),
});

describe("docs/embedded-run.md", () => {
  it("lists what the shipped stages do otherwise than on AWS, and nothing else", () => {
    const stages = Object.keys(shippedStages).map((stage) => [stackOf(stage, "data"), stackOf(stage, "pipeline")]);

    const differences = groupDifferences(stages.flatMap(checkTemplates));

    const rows = rowsOf("docs/embedded-run.md").filter(([type = ""]) => type.startsWith("AWS::"));
    expect(rows).toEqual(differences.map(({ type, property, why }) => [type, property, why]));
  });

  it("has a client that finds the queues", async () => {
    const [code = ""] = codeOf("docs/embedded-run.md", "ts");
    const local = code.replace("http://127.0.0.1:4566", started.run.awsUrl).replace(/^console.*$/m, "");

    const { QueueUrls } = await load<{ readonly QueueUrls: readonly string[] }>(`${local}export { QueueUrls };`);

    expect(QueueUrls).toHaveLength(4);
  });
});

const follow = (page: string, receiverUrl = ""): Promise<readonly Answer[]> =>
  followCurls(page, { apiUrl: started.run.apiUrl, receiverUrl });

const endOf = (answer: Answer | undefined): Promise<Answer["body"]> =>
  started.jobOnce(String(answer?.body.id), ["succeeded", "dead"]);

describe("curl in the pages", () => {
  it.each([
    ["README.md", 3],
    ["docs/http-api.md", 19],
    ["docs/job-types.md", 1],
  ])("of %s is answered well", async (page, count) => {
    const { url } = await serveAnswer(204);

    const answers = await follow(page, url);

    expect(answers).toHaveLength(count);
    expect(answers.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
  });

  it("profiles the example as docs/http-api.md shows it", async () => {
    const shown = codeOf("docs/http-api.md", "json").map((block) => JSON.parse(block) as Answer["body"]);
    const expected = shown.find(({ status }) => status === "succeeded") ?? {};
    const [submitted] = await follow("docs/http-api.md");

    const { id, submittedAt, startedAt, finishedAt, ...job } = await endOf(submitted);

    const times = { id: expect.any(String), submittedAt: expect.any(String), startedAt: expect.any(String) };
    expect(expected).toEqual({ ...times, finishedAt: expect.any(String), ...job });
    expect([id, submittedAt, startedAt, finishedAt]).not.toContain(undefined);
  });

  it("delivers the webhook that docs/job-types.md shows", async () => {
    const { url, seen } = await serveAnswer(204);
    const [shown = "{}"] = codeOf("docs/job-types.md", "json");
    const [submitted] = await follow("docs/job-types.md", url);

    const job = await endOf(submitted);

    expect(job).toMatchObject({ status: "succeeded", result: { status: 204 } });
    expect(JSON.parse(seen[0]?.body ?? "{}")).toEqual({ ...JSON.parse(shown), timestamp: job.submittedAt });
  });
});

describe("the repository", () => {
  it("names no folder of a machine, and no registry but npm's public one", () => {
    const folders = ["root", "work", "home/[a-z]+", "Users/[a-z]+"].map((folder) => `(?<![\\w.~:)}>-])/${folder}/`);
    const registries = ["registry", "artifactory", "nexus"].map(
      (host) => `\\b${host}\\.(?!npmjs\\.org\\b)[a-z0-9-]+\\.[a-z]{2,}`,
    );
    const forbidden = new RegExp([...folders, ...registries].join("|"));
    const files = repositoryFiles();

    const naming = files.filter((file) => forbidden.test(textOf(file)));

    expect(files).toEqual(expect.arrayContaining([".ci/run", "package-lock.json", "test/docs.test.ts"]));
    expect(naming).toEqual([]);
  });
});
