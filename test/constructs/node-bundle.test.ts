import { writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { BUILD, bundle, importPath, PACKAGE_FOLDER } from "../../lib/constructs/node-bundle.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const API_ENTRY = 'import { serveApi } from "./lambdas/api/handler.ts"; export const handler = serveApi({});';

const writeBundle = (entry: string): string => {
  const folder = temporaryFolder();
  for (const file of bundle(entry)) writeFileSync(join(folder, basename(file.path)), file.contents);
  return join(folder, "index.mjs");
};

describe("bundle", () => {
  test("makes one module and its source map", () => {
    const files = bundle(API_ENTRY);

    expect(files.map(({ path }) => basename(path)).sort()).toEqual(["index.mjs", "index.mjs.map"]);
    expect(files.find(({ path }) => path.endsWith(".mjs"))?.text).toContain("sourceMappingURL=index.mjs.map");
  });

  test("tells nothing of where the project lies", () => {
    const [map, code] = [...bundle(API_ENTRY)].map(({ text }) => text);

    const sources: readonly string[] = JSON.parse(map ?? "").sources;

    expect(sources).toContain("lambdas/api/handler.ts");
    expect(sources.filter((source) => source.startsWith("/") || source.startsWith(".."))).toEqual([]);
    for (const folder of [PACKAGE_FOLDER, homedir(), tmpdir()]) {
      expect(code).not.toContain(`${folder}/`);
      expect(map).not.toContain(`${folder}/`);
    }
  });

  test("carries all that it imports but Node's own modules", () => {
    const code = bundle(API_ENTRY).find(({ path }) => path.endsWith(".mjs"))?.text ?? "";

    const { metafile } = buildSync({ ...BUILD, stdin: { contents: code }, packages: "external" });
    const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));

    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });

  test("runs what an ES module cannot: CommonJS packages that require Node's own modules", async () => {
    const folder = temporaryFolder({
      "old.cjs": 'const { createHash } = require("node:crypto"); exports.digest = createHash("sha256").digest("hex");',
    });

    const file = writeBundle(`export { digest } from "${importPath(join(folder, "old.cjs"))}";`);

    expect(await import(pathToFileURL(file).href)).toMatchObject({ digest: expect.stringMatching(/^e3b0c44298fc/) });
  });

  test("bundles equal entries once", () => {
    expect(bundle(API_ENTRY)).toBe(bundle(API_ENTRY));
    expect(bundle(`${API_ENTRY} `)).not.toBe(bundle(API_ENTRY));
  });
});
