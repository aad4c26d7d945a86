import { readdirSync, readFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { loadedOutputs } from "../../lib/constructs/loaded-outputs.ts";
import {
  BUILD,
  bundle,
  ENTRY_MODULE,
  importPath,
  PACKAGE_FOLDER,
  writeBundle,
} from "../../lib/constructs/node-bundle.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const API_ENTRY = 'import { serveApi } from "./lambdas/api/handler.ts"; export const handler = serveApi({});';
const WORKER_ENTRY = `
  import { serveWorker } from "./lambdas/worker/handler.ts";
  import * as job from "./test/support/jobs/misbehave.ts";
  export const handler = serveWorker(job, import.meta.url);`;

const written = (entry: string): { readonly folder: string; readonly url: string } => {
  const folder = temporaryFolder();
  writeBundle(entry, folder);
  return { folder, url: pathToFileURL(join(folder, ENTRY_MODULE)).href };
};

/** The sources of what a bundle's entry loads by itself, before anything is called. */
const loadedAtOnce = (entry: string): readonly string[] => {
  const stdin = { contents: entry, resolveDir: PACKAGE_FOLDER };
  const { outputs } = buildSync({ ...BUILD, stdin }).metafile;
  const loaded = loadedOutputs(outputs, ENTRY_MODULE, ["import-statement"]);
  return Object.values(loaded).flatMap(({ inputs }) => Object.keys(inputs));
};

describe("bundle", () => {
  test("makes modules of one folder, no source map beside them, and one of them is the entry", () => {
    const { folder } = written(API_ENTRY);

    const names = readdirSync(folder);

    expect(names).toContain(ENTRY_MODULE);
    expect(names.filter((name) => !/^[\w-]+\.mjs$/.test(name))).toEqual([]);
    for (const name of names) expect(readFileSync(join(folder, name), "utf8")).not.toContain("sourceMappingURL");
  });

  test("makes modules of their own of what is imported lazily, and finds them where they are written", async () => {
    const folder = temporaryFolder({
      "both.ts": 'export const both = "imported by both".split(" ");',
      "late.ts": 'import { both } from "./both.ts"; export const late = ["late", ...both];',
      "entry.ts": 'export * from "./both.ts"; export const load = async () => (await import("./late.ts")).late;',
    });

    const bundled = written(`export * from "${importPath(join(folder, "entry.ts"))}";`);
    const { both, load } = await import(bundled.url);

    expect(readdirSync(bundled.folder).length).toBeGreaterThan(2);
    expect(readFileSync(join(bundled.folder, ENTRY_MODULE), "utf8")).not.toContain('late"');
    expect(await load()).toEqual(["late", ...both]);
  });

  test.each([
    ["api", API_ENTRY, ["dynamodb", "sqs"]],
    ["worker", WORKER_ENTRY, ["dynamodb"]],
  ])("lets the cold start of the %s load the clients of most requests, and no more", (_, entry, clients) => {
    const sources = loadedAtOnce(entry);

    const loaded = sources.flatMap((source) => source.match(/@aws-sdk\/client-(\w+)\//)?.[1] ?? []);
    expect([...new Set(loaded)].sort()).toEqual(clients);
    expect(sources.filter((source) => /credential-provider-(ini|sso)\/|apart-thread/.test(source))).toEqual([]);
  });

  test("tells nothing of where the project lies", () => {
    const files = bundle(API_ENTRY);

    expect(files.length).toBeGreaterThan(1);
    for (const folder of [PACKAGE_FOLDER, homedir(), tmpdir()]) {
      expect(files.filter(({ text }) => text.includes(`${folder}/`)).map(({ path }) => path)).toEqual([]);
    }
  });

  test("carries all that it imports but Node's own modules", () => {
    const { folder } = written(API_ENTRY);

    const stdin = { contents: `import "./${ENTRY_MODULE}"`, resolveDir: folder };
    const { metafile } = buildSync({ ...BUILD, stdin, packages: "external" });
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
    const foreign = imported.filter(({ external }) => external).map(({ path }) => path);

    expect(foreign.length).toBeGreaterThan(0);
    expect(foreign.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });

  test("runs what an ES module cannot: CommonJS packages that require Node's own modules", async () => {
    const folder = temporaryFolder({
      "old.cjs": 'const { createHash } = require("node:crypto"); exports.digest = createHash("sha256").digest("hex");',
    });

    const { url } = written(`export { digest } from "${importPath(join(folder, "old.cjs"))}";`);

    expect(await import(url)).toMatchObject({ digest: expect.stringMatching(/^e3b0c44298fc/) });
  });

  test.each([
    ["itself", 'import("./old.cjs")'],
    ["by a star", 'import("./star.ts")'],
    ["by a star of a star", 'import("./stars.ts")'],
  ])("keeps the names of a CommonJS package that is imported lazily: %s", async (_, lazyImport) => {
    const folder = temporaryFolder({
      "old.cjs": 'exports.Old = class {}; exports.answer = () => "old";',
      "star.ts": 'export * from "./old.cjs"; export const own = 1;',
      "stars.ts": 'export * from "./star.ts";',
      "entry.ts": `export const load = async () => { const { answer } = await ${lazyImport}; return answer(); };`,
    });

    const { load } = await import(written(`export * from "${importPath(join(folder, "entry.ts"))}";`).url);

    expect(await load()).toBe("old");
  });

  test("writes nothing that only dropped code would import", () => {
    const folder = temporaryFolder({
      "late.ts": "export const late = 1;",
      "entry.ts": 'export const used = 1; export const unused = () => import("./late.ts");',
    });

    const files = bundle(`export { used } from "${importPath(join(folder, "entry.ts"))}";`);

    expect(files.map(({ path }) => basename(path))).toEqual([ENTRY_MODULE]);
  });

  test("bundles equal entries once", () => {
    const first = bundle(API_ENTRY);

    expect(bundle(API_ENTRY) === first).toBe(true);
    expect(bundle(`${API_ENTRY} `) === first).toBe(false);
  });
});
