import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAssembly } from "../../lib/local/assembly.ts";
import { AssemblyBuilder } from "../support/assembly-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const template = { Resources: {} };

describe("readAssembly", () => {
  it("gives stacks after those that they depend on", async () => {
    const folder = new AssemblyBuilder(temporaryFolder()).write({
      App: { template, dependencies: ["Data"] },
      Data: { template },
      Other: { template },
    });

    const stacks = await readAssembly(folder);

    expect(stacks.map(({ name }) => name)).toEqual(["Data", "App", "Other"]);
  });

  it("finds the folder of each asset by its object key", async () => {
    const builder = new AssemblyBuilder(temporaryFolder());
    const { S3Key } = builder.code("export const handler = () => 1;");

    const [stack] = await readAssembly(builder.write({ App: { template } }));

    expect(stack?.assetFolders.get(S3Key)).toBe(join(builder.folder, `asset.${S3Key.replace(".zip", "")}`));
  });

  it("reads nested assemblies, and takes the stack's own name", async () => {
    const folder = temporaryFolder();
    const nested = join(folder, "assembly-dev");
    mkdirSync(nested);
    const manifest = {
      artifacts: { Dev: { type: "cdk:cloud-assembly", properties: { directoryName: "assembly-dev" } } },
    };
    writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
    const stack = { type: "aws:cloudformation:stack", properties: { templateFile: "t.json", stackName: "Dev-App" } };
    writeFileSync(join(nested, "manifest.json"), JSON.stringify({ artifacts: { DevApp: stack } }));
    writeFileSync(join(nested, "t.json"), JSON.stringify(template));

    const stacks = await readAssembly(folder);

    expect(stacks.map(({ name }) => name)).toEqual(["Dev-App"]);
  });

  it("gives the stacks that are named, and what they depend on", async () => {
    const builder = new AssemblyBuilder(temporaryFolder());
    const { S3Key } = builder.code("export const handler = () => 1;");
    const folder = builder.write({
      Data: { template },
      App: { template, dependencies: ["Data"] },
      Other: { template },
    });

    const stacks = await readAssembly(folder, ["App"]);

    expect(stacks.map(({ name }) => name)).toEqual(["Data", "App"]);
    expect(stacks[0]?.assetFolders.has(S3Key)).toBe(true);
  });

  it("rejects a stack that the app has not, naming those that it has", async () => {
    const folder = new AssemblyBuilder(temporaryFolder()).write({ Data: { template }, App: { template } });

    await expect(readAssembly(folder, ["App", "Shop"])).rejects.toMatchObject({
      code: "StackUnknown",
      message: 'stack must be one of Data, App, got "Shop"',
      hint: "name it as `npx cdk list` does",
    });
  });

  it("rejects a folder that is no synthesized app, and says how to make one", async () => {
    const folder = temporaryFolder();

    await expect(readAssembly(folder)).rejects.toMatchObject({
      code: "AssemblyInvalid",
      message: `assembly ${folder} must hold manifest.json, got none that is readable`,
      hint: "synthesize the app again: npx cdk synth",
    });
  });

  it("rejects an app without stacks", async () => {
    const folder = new AssemblyBuilder(temporaryFolder()).write({});

    await expect(readAssembly(folder)).rejects.toThrow("must hold at least one stack, got none");
  });

  it("rejects stacks that depend on each other", async () => {
    const folder = new AssemblyBuilder(temporaryFolder()).write({
      A: { template, dependencies: ["B"] },
      B: { template, dependencies: ["A"] },
    });

    await expect(readAssembly(folder)).rejects.toThrow("without a cycle, got A → B → A");
  });
});
