import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeOf } from "../support/pages.ts";
import { shippedStages } from "../support/synthesize.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { JsonObject } from "./json.ts";
import { acceptTemplates, reviewMarkdown, reviewTemplates, reviewText } from "./review.ts";
import { readSnapshots, SNAPSHOTS, type Snapshots, stageOf } from "./snapshot.ts";

const queue = (properties: JsonObject = {}): JsonObject => ({
  Type: "AWS::SQS::Queue",
  DeletionPolicy: "Delete",
  UpdateReplacePolicy: "Delete",
  Metadata: { "aws:cdk:path": "Pipeline/a/Queue/Resource" },
  Properties: { VisibilityTimeout: 30, ...properties },
});

const stage = (name: string, resources: JsonObject): Snapshots =>
  new Map([
    [`${name}.data.json`, { Resources: { Table: { Type: "AWS::DynamoDB::GlobalTable", DeletionPolicy: "Retain" } } }],
    [`${name}.pipeline.json`, { Resources: resources }],
  ]);

/** Returns a folder in which these templates were accepted. */
const accepted = (templates: Snapshots): string => {
  const folder = temporaryFolder();
  acceptTemplates(folder, templates);
  return folder;
};

const both = (resources: JsonObject): Snapshots => new Map([...stage("dev", resources), ...stage("prod", resources)]);

describe("a review of templates", () => {
  it("has nothing to say about templates as they were accepted", () => {
    const folder = accepted(stage("dev", { Queue: queue() }));

    const review = reviewTemplates(folder, stage("dev", { Queue: queue() }));

    expect(review.differing).toEqual([]);
    expect(reviewText(review)).toBeUndefined();
    expect(reviewMarkdown(review)).toBe("### 2 templates are as reviewed\n");
  });

  it("says what changed, once for the stages that changed alike, and the command that accepts it", () => {
    const folder = accepted(both({ Queue: queue() }));

    const review = reviewTemplates(folder, both({ Queue: queue({ VisibilityTimeout: 60 }) }));

    expect(reviewText(review)).toBe(
      [
        "Not as reviewed in test/snapshots: dev.pipeline.json, prod.pipeline.json",
        "",
        "dev.pipeline, prod.pipeline: 1 changed",
        "  ~ Queue  AWS::SQS::Queue (Pipeline/a/Queue)",
        "        VisibilityTimeout: 30 → 60",
        "",
        "Accept it with: npm run templates -- --accept",
      ].join("\n"),
    );
  });

  it("writes the same as Markdown, in blocks that no value can end", () => {
    const folder = accepted(stage("dev", { Queue: queue() }));

    const text = reviewMarkdown(reviewTemplates(folder, stage("dev", { Queue: queue({ Tags: "```\n# x" }) })));

    expect(text).toContain("### Not as reviewed in test/snapshots: dev.pipeline.json");
    expect(text).toContain("#### dev.pipeline: 1 changed\n\n````diff\n~ Queue  AWS::SQS::Queue");
    expect(text).toContain("Accept it with `npm run templates -- --accept`");
  });

  it("looks only at the stages it is asked for", () => {
    const folder = accepted(both({ Queue: queue() }));

    const review = reviewTemplates(folder, stage("dev", { Queue: queue() }), ["dev"]);

    expect(review.differing).toEqual([]);
  });

  it("tells a stage that is new from one that is gone", () => {
    const folder = accepted(stage("old", { Queue: queue() }));

    const review = reviewTemplates(folder, stage("new", { Queue: queue() }));

    expect(review.comparisons.map(({ file, state }) => [file, state])).toEqual([
      ["new.data.json", "new"],
      ["new.pipeline.json", "new"],
      ["old.data.json", "gone"],
      ["old.pipeline.json", "gone"],
    ]);
    expect(reviewText(review)).toContain("new.pipeline (new): 1 added");
    expect(reviewText(review)).toContain("old.pipeline (gone): 1 removed");
  });

  it("names in the command what holds state and would be let go", () => {
    const folder = accepted(both({ Queue: queue(), Other: queue() }));

    const review = reviewTemplates(folder, both({ Renamed: queue() }));

    expect(review.lostIds).toEqual(["Other", "Queue"]);
    expect(reviewText(review)).toContain("Accept it with: npm run templates -- --accept --let-go Other,Queue");
  });

  it("differs where only the promised ids do", () => {
    const templates = stage("dev", { Queue: queue() });
    const folder = accepted(templates);
    writeFileSync(
      join(folder, "stateful-ids.json"),
      '{ "dev": { "data": ["Table"], "pipeline": ["Queue", "Former"] } }',
    );

    const review = reviewTemplates(folder, templates);

    expect(review.differing).toEqual(["stateful-ids.json"]);
    expect(reviewText(review)).toBe(
      [
        "Not as reviewed in test/snapshots: stateful-ids.json",
        "Accept it with: npm run templates -- --accept --let-go Former",
      ].join("\n\n"),
    );
  });
});

describe("the summary in docs/ci.md", () => {
  /** Returns a worker that may do this with payloads, and has this limit. */
  const worker = (MaximumConcurrency: number, ...Action: readonly string[]): Snapshots => {
    const inputs = { "Fn::Join": ["", [{ "Fn::GetAtt": ["PayloadBucket", "Arn"] }, "/inputs/*"]] };
    const PolicyDocument = { Statement: [{ Effect: "Allow", Action, Resource: inputs }] };
    const at = (name: string): JsonObject => ({ "aws:cdk:path": `Pipeline/Pipeline/profile-csv/Worker/${name}` });
    return stage("prod", {
      WorkerMapping: {
        Type: "AWS::Lambda::EventSourceMapping",
        Metadata: at("Mapping"),
        Properties: { ScalingConfig: { MaximumConcurrency } },
      },
      WorkerRole: {
        Type: "AWS::IAM::Role",
        Metadata: at("Role/Resource"),
        Properties: { Policies: [{ PolicyName: "Worker", PolicyDocument }] },
      },
    });
  };

  it("is one that is written", () => {
    const folder = accepted(worker(50, "s3:GetObject"));

    const text = reviewText(reviewTemplates(folder, worker(80, "s3:GetObject", "s3:DeleteObject")));

    expect(codeOf("docs/ci.md", "text")).toEqual([`${text}\n`]);
  });
});

describe("accepting", () => {
  it("writes what is new, removes what is gone, and leaves the rest alone", () => {
    const folder = accepted(both({ Queue: queue() }));
    const before = readFileSync(join(folder, "dev.data.json"), "utf8");

    const written = acceptTemplates(folder, stage("dev", { Queue: queue(), More: queue() }));

    expect(written).toEqual(["dev.pipeline.json", "prod.data.json", "prod.pipeline.json", "stateful-ids.json"]);
    expect(existsSync(join(folder, "prod.data.json"))).toBe(false);
    expect(readFileSync(join(folder, "dev.data.json"), "utf8")).toBe(before);
    expect(JSON.parse(readFileSync(join(folder, "stateful-ids.json"), "utf8"))).toEqual({
      dev: { data: ["Table"], pipeline: ["More", "Queue"] },
    });
  });
});

describe("the reviewed templates of this project", () => {
  it("are of stages that there are", () => {
    const stages = [...readSnapshots(SNAPSHOTS).keys()].map(stageOf);

    expect([...new Set(stages)].sort()).toEqual(Object.keys(shippedStages).sort());
  });
});
