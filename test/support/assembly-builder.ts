import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A template as CloudFormation writes it. */
export type TemplateSource = Readonly<Record<string, unknown>>;

export type StackSource = {
  readonly template: TemplateSource;
  readonly dependencies?: readonly string[];
};

/** Writes synthesized apps by hand, in the form of a `cdk.out`. */
export class AssemblyBuilder {
  readonly folder: string;
  readonly #files: Record<string, unknown> = {};

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Adds a function's code, an ES module, and returns the `Code` property that names it. */
  code(source: string): { readonly S3Bucket: string; readonly S3Key: string } {
    const hash = createHash("sha256").update(source).digest("hex");
    mkdirSync(join(this.folder, `asset.${hash}`), { recursive: true });
    writeFileSync(join(this.folder, `asset.${hash}`, "index.mjs"), source);
    this.#files[hash] = {
      source: { path: `asset.${hash}`, packaging: "zip" },
      destinations: { here: { bucketName: "assets", objectKey: `${hash}.zip` } },
    };
    return { S3Bucket: "assets", S3Key: `${hash}.zip` };
  }

  /** Writes the stacks and their manifest. @returns the folder */
  write(stacks: Readonly<Record<string, StackSource>>): string {
    const artifacts: Record<string, unknown> = {
      Assets: { type: "cdk:asset-manifest", properties: { file: "assets.json" } },
      Tree: { type: "cdk:tree", properties: { file: "tree.json" } },
    };
    for (const [name, { template, dependencies = [] }] of Object.entries(stacks)) {
      this.#write(`${name}.template.json`, template);
      artifacts[name] = {
        type: "aws:cloudformation:stack",
        dependencies: ["Assets", ...dependencies],
        properties: { templateFile: `${name}.template.json` },
      };
    }
    this.#write("assets.json", { version: "54.0.0", files: this.#files });
    this.#write("manifest.json", { version: "54.0.0", artifacts });
    return this.folder;
  }

  /** Writes a single stack, named `App`, of these resources. @returns the folder */
  writeResources(resources: Readonly<Record<string, unknown>>, more: TemplateSource = {}): string {
    return this.write({ App: { template: { Resources: resources, ...more } } });
  }

  #write(file: string, content: unknown): void {
    writeFileSync(join(this.folder, file), JSON.stringify(content));
  }
}
