import { describe, expect, it } from "vitest";
import { codeOf, textOf } from "./support/pages.ts";

const EXAMPLE = "examples/own-job-type";

type Manifest = Readonly<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>>;

const manifestOf = (folder: string): Manifest => JSON.parse(textOf(`${folder}package.json`)) as Manifest;

describe(EXAMPLE, () => {
  it.each(["app.ts", "jobs/summarize-log.ts"])("is shown in docs/library.md as it is: %s", (file) => {
    expect(codeOf("docs/library.md", "typescript")).toContain(textOf(`${EXAMPLE}/${file}`));
  });

  it("needs the versions that this project is tested with", () => {
    const own = manifestOf("");
    const example = manifestOf(`${EXAMPLE}/`);
    const versions = { ...own.dependencies, ...own.devDependencies };

    const needed = Object.entries({ ...example.dependencies, ...example.devDependencies });

    expect(needed.length).toBeGreaterThan(4);
    expect(needed.filter(([name, version]) => versions[name] !== version)).toEqual([]);
  });
});
