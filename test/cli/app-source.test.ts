import { describe, expect, it } from "vitest";
import { appSource, assemblyFolderOf, sourceTitle } from "../../lib/cli/app-source.ts";
import { UsageError } from "../../lib/cli/options.ts";

describe("appSource", () => {
  it.each([
    [{}, "stage dev"],
    [{ stage: "prod" }, "stage prod"],
    [{ assembly: "cdk.out" }, "assembly cdk.out"],
  ])("makes of %j, in this project, %s", (given, title) => {
    expect(sourceTitle(appSource(given))).toBe(title);
  });

  it("rejects a stage of what is synthesized already", () => {
    expect(() => appSource({ stage: "prod", assembly: "cdk.out" })).toThrow(UsageError);
  });
});

describe("assemblyFolderOf", () => {
  it("synthesizes nothing where an assembly is named", async () => {
    let count = 0;

    const folder = await assemblyFolderOf({ kind: "assembly", folder: "some/cdk.out" }, {}, () => {
      count += 1;
    });

    expect(folder.endsWith("some/cdk.out")).toBe(true);
    expect(count).toBe(0);
  });
});
