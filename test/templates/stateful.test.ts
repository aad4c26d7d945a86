import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { ROOT } from "../support/pages.ts";
import { isFixed, lossOf, statefulIdsOf } from "./stateful.ts";

type KnownResource = {
  readonly cloudFormationType: string;
  readonly properties: Readonly<Record<string, { readonly causesReplacement?: string }>>;
};

/** What the CDK's command line knows of CloudFormation's resources. */
const knownResources = (): readonly KnownResource[] => {
  const text = gunzipSync(readFileSync(join(ROOT, "node_modules/aws-cdk/db.json.gz"))).toString();
  return Object.values(JSON.parse(text).schema.resource.entities);
};

it("knows of everything that can be lost which properties make another resource", () => {
  const lost = knownResources().filter(({ cloudFormationType }) => lossOf(cloudFormationType) !== undefined);

  const wrong = lost.flatMap(({ cloudFormationType: type, properties }) =>
    Object.entries(properties)
      .filter(([name, { causesReplacement }]) => (causesReplacement === "yes") !== isFixed(type, name))
      .map(([name]) => `${type}.${name}`),
  );

  expect(lost.length).toBeGreaterThan(7);
  expect(wrong).toEqual([]);
});

it("lists the ids of what holds state by type, then by name", () => {
  const Resources = {
    B: { Type: "AWS::SQS::Queue" },
    A: { Type: "AWS::SQS::Queue" },
    Table: { Type: "AWS::DynamoDB::GlobalTable" },
    Role: { Type: "AWS::IAM::Role" },
  };

  expect(statefulIdsOf({ Resources })).toEqual(["Table", "A", "B"]);
});
