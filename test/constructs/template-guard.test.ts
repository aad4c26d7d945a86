import { App, Aspects, CfnParameter, CfnResource, Duration, type IAspect, Stack } from "aws-cdk-lib";
import {
  Alias,
  CfnEventSourceMapping,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { CfnQueue, Queue } from "aws-cdk-lib/aws-sqs";
import type { IConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import { guardTemplates } from "../../lib/constructs/template-guard.ts";
import { isSluiceError, type SluiceError } from "../../lib/core/errors.ts";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { JOB_TYPE_GUARDS, STAGE_GUARDS } from "../../lib/core/settings-guards.ts";
import { FUNCTION_GUARDS, MAPPING_GUARDS, QUEUE_GUARDS } from "../../lib/core/template-guards.ts";
import { addStage } from "../../lib/stacks/add-stage.ts";
import { codeOf, rowsOf } from "../support/pages.ts";
import { shippedStages } from "../support/synthesize.ts";

/** What a synthesis comes to: its warnings, and what it was refused for. */
const synthesisOf = (app: App): { readonly warnings: readonly string[]; readonly refusal: SluiceError | undefined } => {
  try {
    const warnings = app.synth().stacks.flatMap(({ messages }) => messages.map(({ entry }) => String(entry.data)));
    return { warnings, refusal: undefined };
  } catch (error) {
    if (isSluiceError(error)) return { warnings: [], refusal: error };
    throw error;
  }
};

const linesOf = (refusal: SluiceError | undefined): readonly string[] =>
  refusal?.message
    .split("\n")
    .slice(1)
    .map((line) => line.trim()) ?? [];

const appOf = (settings: StageSettings, name = "a"): { readonly app: App; readonly pipeline: Stack } => {
  const app = new App({ analyticsReporting: false, context: CONTEXT });
  addStage(app, parseStage(name, settings));
  return { app, pipeline: app.node.findChild("Pipeline") as Stack };
};

const CONTEXT = { "aws:cdk:bundling-stacks": [], "@aws-cdk/core:defaultCrossStackReferences": "strong" };

const SETTINGS: StageSettings = { jobTypes: { work: { maxConcurrency: 20 } } };

const resourceOf = <Resource extends CfnResource>(
  stack: Stack,
  type: new (...given: never[]) => Resource,
): Resource => {
  const found = stack.node.findAll().find((node): node is Resource => node instanceof type);
  if (found === undefined) throw new Error(`${stack.node.id} has no ${type.name}`);
  return found;
};

/** A stack of somebody's own: a queue, a function and a mapping that go well together. */
const ownParts = () => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, "Own");
  const queue = new Queue(stack, "Queue", { visibilityTimeout: Duration.seconds(60) });
  const lambda = new LambdaFunction(stack, "Function", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromInline("exports.handler = () => {};"),
    timeout: Duration.seconds(10),
  });
  const mapping = new EventSourceMapping(stack, "Mapping", {
    target: lambda,
    eventSourceArn: queue.queueArn,
    reportBatchItemFailures: true,
  });
  guardTemplates(app);
  return {
    app,
    stack,
    queue: queue.node.defaultChild as CfnQueue,
    lambda,
    mapping: mapping.node.defaultChild as CfnEventSourceMapping,
  };
};

describe("the guard of a stage", () => {
  test.each(Object.entries(shippedStages))("has nothing to say about the shipped stage %s", (name, settings) => {
    expect(synthesisOf(appOf(settings, name).app)).toEqual({ warnings: [], refusal: undefined });
  });

  test("says what the settings make it warn of, at the job type", () => {
    const jobTypes = { work: { timeoutSeconds: 90, maxConcurrency: 20 } };

    const { warnings } = synthesisOf(appOf({ accountConcurrency: 10, jobTypes }).app);

    expect(warnings).toEqual([
      expect.stringMatching(
        /^a\.accountConcurrency should leave .* 20 together, got "7 of 10" .*sluice:ceilings-above-account/,
      ),
      expect.stringMatching(/^a\.jobTypes\.work\.targetWaitSeconds should .*sluice:target-under-timeout/),
    ]);
  });

  test("rejects what escape hatches broke, all at once, though the settings are right", () => {
    const { app, pipeline } = appOf(SETTINGS);
    resourceOf(pipeline, CfnEventSourceMapping).addPropertyOverride("BatchSize", 100);
    resourceOf(pipeline, CfnEventSourceMapping).addPropertyOverride("ProvisionedPollerConfig", { MinimumPollers: 2 });
    const queue = pipeline.node.findAll().filter((node): node is CfnQueue => node instanceof CfnQueue);
    queue.find(({ redrivePolicy }) => redrivePolicy !== undefined)?.addPropertyOverride("VisibilityTimeout", 64);
    queue.find(({ redrivePolicy }) => redrivePolicy === undefined)?.addPropertyOverride("MessageRetentionPeriod", 60);

    const { refusal } = synthesisOf(app);

    expect(refusal).toMatchObject({ code: "TemplateRefused", hint: expect.stringContaining("the settings") });
    expect(refusal?.message.split("\n")[0]).toBe("4 resources are not what Sluice can run:");
    expect([...linesOf(refusal)].sort()).toEqual([
      expect.stringMatching(/^Pipeline\.PipelineworkWorkerMapping\w+\.BatchSize must be at most 10 .*, got 100/),
      expect.stringMatching(
        /^Pipeline\.PipelineworkWorkerMapping\w+\.EventSourceArn must name a queue .* 65 seconds, got 64/,
      ),
      expect.stringMatching(/^Pipeline\.PipelineworkWorkerMapping\w+\.ScalingConfig must be left out .*, got 20/),
      expect.stringMatching(/^Pipeline\.WorkQueue\.MessageRetentionPeriod must be below .* 60 seconds, got 345600/),
    ]);
  });
});

describe("the guard of a template", () => {
  test("has nothing to say about parts that go well together", () => {
    expect(synthesisOf(ownParts().app)).toEqual({ warnings: [], refusal: undefined });
  });

  test("takes what a template leaves out for what CloudFormation takes it for", () => {
    const { app, queue, mapping } = ownParts();
    queue.addPropertyDeletionOverride("VisibilityTimeout");
    mapping.addPropertyDeletionOverride("FunctionResponseTypes");

    expect(synthesisOf(app).warnings).toEqual([
      expect.stringMatching(/^Own\.Mapping\w+\.EventSourceArn should name a queue .*, 60, got 30/),
      expect.stringMatching(/^Own\.Mapping\w+\.FunctionResponseTypes should be/),
    ]);
  });

  test("sees a reservation, and the pollers that AWS takes where none are counted", () => {
    const { app, lambda, mapping } = ownParts();
    (lambda.node.defaultChild as CfnResource).addPropertyOverride("ReservedConcurrentExecutions", 50);
    mapping.addPropertyOverride("ProvisionedPollerConfig", { MinimumPollers: 2 });

    expect(linesOf(synthesisOf(app).refusal)).toEqual([
      expect.stringMatching(/^Own\.Mapping\w+\.ScalingConfig must allow at most .*, 50, got 2000/),
    ]);
  });

  test("sees resources that were made by type and text, and what aspects change last", () => {
    const { app, stack } = ownParts();
    const dead = new CfnResource(stack, "Dead", { type: "AWS::SQS::Queue" });
    new CfnResource(stack, "Source", {
      type: "AWS::SQS::Queue",
      properties: { RedrivePolicy: { deadLetterTargetArn: dead.getAtt("Arn"), maxReceiveCount: 3 } },
    });
    const shorten: IAspect = {
      visit: (node: IConstruct) => {
        if (node === dead) dead.addPropertyOverride("MessageRetentionPeriod", "3600");
      },
    };
    Aspects.of(app).add(shorten);

    expect(linesOf(synthesisOf(app).refusal)).toEqual([
      expect.stringMatching(/^Own\.Source\.MessageRetentionPeriod must be below the dead-letter queue's 3600 seconds/),
    ]);
  });

  test("judges by nothing that is known at deployment only", () => {
    const { app, stack, queue, lambda, mapping } = ownParts();
    queue.addPropertyOverride(
      "VisibilityTimeout",
      new CfnParameter(stack, "Seconds", { type: "Number" }).valueAsNumber,
    );
    mapping.addPropertyOverride(
      "FunctionName",
      new Alias(stack, "Alias", { aliasName: "live", version: lambda.currentVersion }).functionArn,
    );

    expect(synthesisOf(app)).toEqual({ warnings: [], refusal: undefined });
  });

  test("counts what a function's variables come to, references too", () => {
    const jobTypes = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`some-kind-of-work-${index}`, {}]));

    const [few, many] = [8, 16].map((count) => synthesisOf(appOf({ jobTypes: jobTypes(count) }).app).warnings);

    expect(few).toEqual([]);
    expect(many).toEqual([
      expect.stringMatching(
        /^Pipeline\.\w*Scaler\w+\.Environment should come to at most 4096 bytes, .* got "about \d+"/,
      ),
      expect.stringMatching(/^Pipeline\.\w*Api\w+\.Environment should come to at most 4096 bytes, .* got "about \d+"/),
    ]);
  });

  test("leaves out what somebody acknowledged", async () => {
    const { Annotations } = await import("aws-cdk-lib");
    const { app, queue, mapping } = ownParts();
    queue.addPropertyOverride("VisibilityTimeout", 59);
    Annotations.of(mapping).acknowledgeWarning("sluice:visibility", "measured");

    expect(synthesisOf(app).warnings).toEqual([]);
  });
});

const TOLD = { refuse: "refused", warn: "warned" } as const;

describe("docs/settings.md", () => {
  test("shows a warning as it is told", () => {
    const [shown] = codeOf("docs/settings.md", "console");
    const jobTypes = { "profile-csv": { timeoutSeconds: 120, batchSize: 2, maxConcurrency: 10 } };

    const { warnings } = synthesisOf(appOf({ jobTypes }, "dev").app);

    expect(warnings).toEqual([`${shown?.trim()} [ack: sluice:target-under-timeout]`]);
  });

  test("has a row for each rule of the guard, and whether it refuses", () => {
    const rules = [...JOB_TYPE_GUARDS, ...STAGE_GUARDS, ...QUEUE_GUARDS, ...MAPPING_GUARDS, ...FUNCTION_GUARDS];
    const rows = new Map(rowsOf("docs/settings.md").map(([id = "", level = ""]) => [id, level]));

    expect(rules.filter(({ id, level }) => rows.get(id) !== TOLD[level]).map(({ id }) => id)).toEqual([]);
  });
});
