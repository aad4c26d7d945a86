import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { loadedOutputs } from "../../../lib/constructs/loaded-outputs.ts";
import { BUILD, ENTRY_MODULE } from "../../../lib/constructs/node-bundle.ts";
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
    stdin: { contents, resolveDir: BUILD.absWorkingDir },
  });
  const outputs = Object.values(loadedOutputs(metafile.outputs, ENTRY_MODULE));
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  // An import that is left of a library for its Node modules' sake takes some bytes.
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 200).map(([path]) => path);
  const libraries = LIBRARIES.filter((name) => used.some((path) => path.includes(`node_modules/${name}/`)));
  return { outputFiles, libraries };
};

const load = async (jobType: string): Promise<JobTypeModule> => {
  const { outputFiles } = build("input, run", jobType);
  const folder = temporaryFolder(Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text])));
  return await import(pathToFileURL(join(folder, ENTRY_MODULE)).href);
};

describe("a bundle of deliver-webhook", () => {
  it("holds no library of `run` where only `input` is asked for", () => {
    expect(build("input", "deliver-webhook").libraries).toEqual([]);
    expect(build("input, run", "deliver-webhook").libraries).toContain("standardwebhooks");
  });

  it("delivers", async () => {
    const { url, seen } = await serveAnswer(200);
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: "whsec_c2VjcmV0" };

    const { run } = await load("deliver-webhook");
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
    const { run } = await load("profile-csv");

    expect(await run({ text: "a\n1\n" } as never, jobContext())).toMatchObject({ rows: 1 });
  });
});
