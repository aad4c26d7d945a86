import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { BUILD } from "../lib/constructs/node-bundle.ts";

const DOOR = fileURLToPath(new URL("../lib/job-type.ts", import.meta.url));

describe("lib/job-type.ts", () => {
  it("brings nothing into a function's bundle but the core", () => {
    const { metafile } = buildSync({ ...BUILD, entryPoints: [DOOR] });

    const inputs = Object.keys(metafile.inputs).filter((file) => file !== "lib/job-type.ts");
    expect(inputs).toContain("lib/core/outcome.ts");
    expect(inputs.filter((file) => !file.startsWith("lib/core/"))).toEqual([]);
  });
});
