import { App, type Stack } from "aws-cdk-lib";
import type { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { addStage } from "../../lib/stacks/add-stage.ts";
import { shippedStages, templatesOf } from "../support/synthesize.ts";
import { reviewTemplates, reviewText } from "../templates/review.ts";
import { SNAPSHOTS, snapshotsOf } from "../templates/snapshot.ts";

type Json = Readonly<Record<string, unknown>>;

const exportsOf = (template: Template): readonly string[] =>
  Object.values<{ Export: { Name: string } }>(template.findOutputs("*") as never).map((output) => output.Export.Name);

const importsOf = (template: Template): readonly string[] => {
  const text = JSON.stringify(template.toJSON());
  return [...new Set([...text.matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => String(name)))];
};

const manifestOf = (settings: StageSettings): readonly Stack[] => {
  const app = new App({ context: { "aws:cdk:bundling-stacks": [] } });
  addStage(app, parseStage("stage-a", settings));
  return app.node.children as Stack[];
};

describe.each(Object.keys(shippedStages))("stage %s", (name) => {
  const { data, pipeline } = templatesOf(name);

  test("has the templates that were reviewed, and keeps the logical ids of all that holds state", () => {
    const review = reviewTemplates(SNAPSHOTS, snapshotsOf(name, { data, pipeline }), [name]);

    const difference = reviewText(review);
    if (difference !== undefined) expect.fail(difference);
  });

  test("makes nothing by name, and nothing by a custom resource", () => {
    const resources = [data, pipeline].flatMap((template) => Object.values<Json>(template.toJSON().Resources));

    const named = resources.flatMap(({ Properties }) =>
      Object.keys((Properties ?? {}) as Json).filter((key) =>
        /^(TableName|BucketName|QueueName|LogGroupName|RoleName|TopicName|AlarmName|DashboardName)$/.test(key),
      ),
    );
    const functionNames = Object.values(pipeline.findResources("AWS::Lambda::Function")).map(
      ({ Properties }) => Properties.FunctionName,
    );

    expect(named).toEqual([]);
    expect(functionNames.every((functionName) => functionName === undefined)).toBe(true);
    expect(resources.map(({ Type }) => Type)).not.toContain("AWS::CloudFormation::CustomResource");
    expect(resources.filter(({ Type }) => String(Type).startsWith("Custom::"))).toEqual([]);
  });
});

describe("the two stacks", () => {
  const webhook: StageSettings["jobTypes"] = { webhook: { secrets: ["SIGNING_SECRET"] } };

  test("share the table's and the bucket's name and ARN, and each secret's ARN", () => {
    const { data, pipeline } = templatesOf("a", { jobTypes: webhook });

    const names = [...exportsOf(data)].map((name) => name.replace(/[0-9A-F]{8}$/, ""));

    expect(names.sort()).toEqual([
      "Sluice-a-Data:ExportsOutputFnGetAttJobTableArn",
      "Sluice-a-Data:ExportsOutputFnGetAttPayloadBucketArn",
      "Sluice-a-Data:ExportsOutputRefJobTable",
      "Sluice-a-Data:ExportsOutputRefPayloadBucket",
      "Sluice-a-Data:ExportsOutputRefWebhookSecretSigningSecret",
    ]);
    expect([...importsOf(pipeline)].sort()).toEqual([...exportsOf(data)].sort());
  });

  test("let go of a job type when the pipeline is deployed first", () => {
    const before = templatesOf("a", { jobTypes: { ...webhook, other: {} } });

    const after = templatesOf("a", { jobTypes: { other: {} } });

    expect(exportsOf(before.data)).toEqual(expect.arrayContaining([...importsOf(after.pipeline)]));
    expect(importsOf(after.pipeline)).toEqual(exportsOf(after.data));
  });

  test("are named and tagged after the stage, wherever they go", () => {
    const stacks = manifestOf({ jobTypes: { a: {} } });

    expect(stacks.map((stack) => stack.stackName)).toEqual(["Sluice-stage-a-Data", "Sluice-stage-a-Pipeline"]);
    for (const stack of stacks) {
      expect(stack.tags.tagValues()).toEqual({ application: "sluice", stage: "stage-a" });
      expect(stack.environment).toBe("aws://unknown-account/unknown-region");
    }
  });

  test("keep only the data from being deleted, where the stage is protected", () => {
    const open = manifestOf({ jobTypes: { a: {} } });
    const guarded = manifestOf({ isProtected: true, jobTypes: { a: {} } });

    expect(open.map(({ terminationProtection }) => terminationProtection)).toEqual([false, false]);
    expect(guarded.map(({ terminationProtection }) => terminationProtection)).toEqual([true, false]);
  });
});
