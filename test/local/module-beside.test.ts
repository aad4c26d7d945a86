import { describe, expect, it } from "vitest";
import { moduleBeside } from "../../lib/local/module-beside.ts";

describe("moduleBeside", () => {
  it.each([
    ["file:///project/lib/local/store.ts", "file:///project/lib/local/thread.ts"],
    [
      "file:///app/node_modules/sluice/dist/lib/local/store.js",
      "file:///app/node_modules/sluice/dist/lib/local/thread.js",
    ],
  ])("finds the module beside %s with the same ending", (url, beside) => {
    expect(moduleBeside(url, "thread").href).toBe(beside);
  });
});
