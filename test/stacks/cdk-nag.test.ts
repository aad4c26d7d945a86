import { existsSync } from "node:fs";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { describe, expect, it } from "vitest";
import { acknowledge } from "../../lib/constructs/acknowledge.ts";
import { JobPipeline } from "../../lib/constructs/job-pipeline.ts";
import { parseStage } from "../../lib/core/settings.ts";
import { addStage } from "../../lib/stacks/add-stage.ts";
import { nagOf } from "../support/nag.ts";
import { ROOT, rowsOf } from "../support/pages.ts";
import { STAGE_VARIANTS } from "../support/stage-variants.ts";

const reports = Object.entries(STAGE_VARIANTS).map(
  ([name, settings]) => [name, nagOf((app) => addStage(app, parseStage(name, settings)))] as const,
);

describe.each(reports)("cdk-nag's AwsSolutions pack over stage %s", (_, { findings, acknowledged, stale }) => {
  it("finds nothing that is not acknowledged", () => {
    expect(findings).toEqual([]);
  });

  it("finds all that is acknowledged, each with its reason in words", () => {
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(stale).toEqual([]);
    expect(acknowledged.filter(({ reason }) => reason.split(" ").length < 5)).toEqual([]);
  });
});

describe("what asks cdk-nag", () => {
  it("hears of a queue that is neither encrypted nor closed to plain HTTP, beside a stage that is sound", () => {
    const { findings } = nagOf((app) => {
      addStage(app, parseStage("a", { jobTypes: { work: {} } }));
      new Queue(new Stack(app, "Other"), "Plain", { encryption: QueueEncryption.UNENCRYPTED });
    });

    expect(findings).toEqual([
      expect.stringMatching(/^AwsSolutions-SQS2 at Other\/Plain\/Resource: /),
      expect.stringMatching(/^AwsSolutions-SQS3 at Other\/Plain\/Resource: /),
      expect.stringMatching(/^AwsSolutions-SQS4 at Other\/Plain\/Resource: /),
    ]);
  });

  it("finds nothing in a pipeline that is part of somebody's own stack", () => {
    const { findings, stale } = nagOf((app) => {
      new JobPipeline(new Stack(app, "Mine"), "Jobs", { jobTypes: { work: { secrets: ["KEY"] } } });
    });

    expect({ findings, stale }).toEqual({ findings: [], stale: [] });
  });

  it("hears of an acknowledgement that is no longer needed", () => {
    const { findings, stale } = nagOf((app) => {
      const stack = new Stack(app, "Other");
      const deadLetterQueue = { queue: new Queue(stack, "Dead", { enforceSSL: true }), maxReceiveCount: 10 };
      const queue = new Queue(stack, "Closed", { enforceSSL: true, deadLetterQueue });
      acknowledge(queue, "SQS4", "this queue was open once, and is not any more");
    });

    expect(findings).toEqual([]);
    expect(stale).toEqual(["AwsSolutions-SQS4 at Other/Closed"]);
  });
});

describe("SECURITY.md", () => {
  const rows = rowsOf("SECURITY.md");

  it("lists every rule that something acknowledges, and no other", () => {
    const acknowledged = reports.flatMap(([, report]) => report.acknowledged.map(({ rule }) => rule.split("[")[0]));

    const listed = rows.map(([rule = ""]) => rule).filter((rule) => rule.startsWith("AwsSolutions-"));

    expect([...listed].sort()).toEqual([...new Set(acknowledged)].sort());
  });

  it("names only tests that there are", () => {
    const named = rows.flatMap((row) => row.join(" ").match(/test\/[\w/.-]+/g) ?? []);

    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
