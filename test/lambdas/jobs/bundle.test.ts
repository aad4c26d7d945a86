import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { BUILD } from "../../../lib/constructs/node-bundle.ts";
import type { JobTypeModule } from "../../../lib/core/job-type.ts";
import { jobContext } from "../../support/job-context.ts";
import { serveAnswer } from "../../support/local-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** What `run` needs and a schema does not. */
const LIBRARIES = ["csv-parse", "ipaddr.js", "standardwebhooks", "fast-sha256", "@stablelib/base64"];

const build = (names: string, jobType: string) => {
  const contents = `export { ${names} } from "./lambdas/jobs/${jobType}.ts"`;
  const { metafile, outputFiles } = buildSync({
    ...BUILD,
    sourcemap: false,
    stdin: { contents, resolveDir: BUILD.absWorkingDir },
  });
  const inputs = Object.entries(Object.values(metafile.outputs)[0]?.inputs ?? {});
  // An import that is left of a library for its Node modules' sake takes some bytes.
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 200).map(([path]) => path);
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  return { code, libraries: LIBRARIES.filter((name) => used.some((path) => path.includes(`node_modules/${name}/`))) };
};

describe("a bundle of deliver-webhook", () => {
  it("holds no library of `run` where only `input` is asked for", () => {
    expect(build("input", "deliver-webhook").libraries).toEqual([]);
    expect(build("input, run", "deliver-webhook").libraries).toContain("standardwebhooks");
  });

  it("delivers", async () => {
    const { url, seen } = await serveAnswer(200);
    const file = join(temporaryFolder(), "index.mjs");
    await writeFile(file, build("input, run", "deliver-webhook").code);
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: "whsec_c2VjcmV0" };

    const { run }: JobTypeModule = await import(pathToFileURL(file).href);
    const result = await run({ url, event: "ping", data: {} } as never, jobContext({ environment }));

    expect(result).toEqual({ status: 200 });
    expect(seen[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
  });
});

describe("a bundle of profile-csv", () => {
  it("holds no library of `run` where only `input` is asked for", () => {
    expect(build("input", "profile-csv").libraries).toEqual([]);
    expect(build("input, run", "profile-csv").libraries).toContain("csv-parse");
  });

  it("profiles", async () => {
    const file = join(temporaryFolder(), "index.mjs");
    await writeFile(file, build("input, run", "profile-csv").code);

    const { run }: JobTypeModule = await import(pathToFileURL(file).href);

    expect(await run({ text: "a\n1\n" } as never, jobContext())).toMatchObject({ rows: 1 });
  });
});
