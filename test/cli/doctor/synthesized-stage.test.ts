import { Stack, Stage } from "aws-cdk-lib";
import { CfnEventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { beforeAll, describe, expect, it } from "vitest";
import { readSynthesizedStage } from "../../../lib/cli/doctor/synthesized-stage.ts";
import { stageOnce, synthesizedOnce } from "../../support/synthesized-once.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const jobTypes = {
  capped: { maxConcurrency: 40 },
  open: {},
  paid: { provisioned: { min: 3, max: 8 } },
};

let ours: string;
let theirs: string;
beforeAll(() => {
  ours = stageOnce("dev", { auth: "public", jobTypes });
  theirs = synthesizedOnce((app) => {
    const stage = new Stage(app, "Eu", { env: { account: "123456789012", region: "eu-central-1" } });
    new CfnEventSourceMapping(new Stack(stage, "Jobs"), "Mapping", { functionName: "f" });
  });
});

describe("a synthesized stage", () => {
  it("tells its stacks, what its queues may run, and the bootstrap version that it needs", async () => {
    const stage = await readSynthesizedStage(ours);

    expect(stage.stacks).toEqual([
      { name: "Sluice-dev-Data", cdkId: "Data", account: undefined, region: undefined },
      { name: "Sluice-dev-Pipeline", cdkId: "Pipeline", account: undefined, region: undefined },
    ]);
    expect(stage.mappings).toEqual([
      { logicalId: expect.stringContaining("capped"), floor: 2, ceiling: 40, isUnlimited: false },
      { logicalId: expect.stringContaining("open"), floor: 2, ceiling: 1_250, isUnlimited: true },
      { logicalId: expect.stringContaining("paid"), floor: 30, ceiling: 80, isUnlimited: false },
    ]);
    expect(stage.bootstrap).toEqual({ version: expect.any(Number), parameter: "/cdk-bootstrap/hnb659fds/version" });
    expect(stage.resourceTypes).toEqual(expect.arrayContaining(["AWS::DynamoDB::GlobalTable", "AWS::SQS::Queue"]));
  });

  it("may be an app of somebody's own, in stages and places of its own", async () => {
    const { stacks, mappings } = await readSynthesizedStage(theirs);

    expect(stacks).toEqual([{ name: "Eu-Jobs", cdkId: "Eu/Jobs", account: "123456789012", region: "eu-central-1" }]);
    expect(mappings).toHaveLength(1);
  });

  it("is public where its routes ask for no signature", async () => {
    expect((await readSynthesizedStage(ours)).isPublic).toBe(true);
    expect((await readSynthesizedStage(theirs)).isPublic).toBe(false);
  });

  it.each([
    ["AWS::ApiGatewayV2::Route", { AuthorizationType: "AWS_IAM" }, false],
    ["AWS::ApiGatewayV2::Route", { AuthorizationType: "NONE" }, true],
    ["AWS::ApiGateway::Method", { AuthorizationType: "NONE", ApiKeyRequired: true }, false],
    ["AWS::ApiGateway::Method", { AuthorizationType: "NONE" }, true],
  ])("with a %s of %j is public: %s", async (Type, Properties, isPublic) => {
    const stack = { type: "aws:cloudformation:stack", properties: { templateFile: "A.json" } };
    const folder = temporaryFolder({
      "manifest.json": JSON.stringify({ artifacts: { A: stack } }),
      "A.json": JSON.stringify({ Resources: { Route: { Type, Properties } } }),
    });

    expect((await readSynthesizedStage(folder)).isPublic).toBe(isPublic);
  });

  it.each([
    [{}, "manifest.json"],
    [{ "manifest.json": "{" }, "manifest.json"],
    [{ "manifest.json": '{"artifacts": {}}' }, "at least one stack"],
    [
      {
        "manifest.json":
          '{"artifacts": {"A": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "A.json"}}}}',
      },
      "A.json",
    ],
  ])("rejects a folder that is none: %j", async (files, named) => {
    await expect(readSynthesizedStage(temporaryFolder(files))).rejects.toMatchObject({
      code: "AssemblyInvalid",
      message: expect.stringContaining(named),
      hint: expect.stringContaining("npx cdk synth"),
    });
  });
});
